-- The driver's side of a split virtqueue, in DMA memory ("Split Virtqueues" of core virtio).
local core, import = ...
local S = import "session"
local M = import "messages"
local I = import "init"
local IO = import "io"
local C = import "constants"

local R = {}
R.__index = R
R.__metatable = false

local NEXT, WRITE = 1, 2 -- descriptor flags
local NO_INTERRUPT = 1 -- flag of the driver area

local function negotiated(bit)
    return I.offers(S.driver_features, bit)
end

local function descriptor(r, i, address, length, flags, next)
    core.write(r.desc + 16 * i, string.pack("<I8I4I2I2", address, length, flags, next))
end

-- One chain of descriptors for each request that fits; its buffers are made once.
local function make_slots(r)
    local n = r.kind.descriptors
    for k = 0, r.size // n - 1 do
        local buffers = r.kind.build()
        for i, b in ipairs(buffers) do
            local last = i == #buffers
            descriptor(r, k * n + i - 1, b[1], b[2],
                (b[3] and WRITE or 0) | (last and 0 or NEXT), last and 0 or k * n + i)
        end
        r.free[#r.free + 1] = k * n
        if #r.free == 64 then
            return -- enough for any scenario
        end
    end
end

local function used_event(r, value)
    core.write16(r.avail + 4 + 2 * r.size, value & 0xFFFF)
end

function R.new(vq)
    local setup = S.setup[vq]
    if not setup then
        error(("t:ring(%s): no such queue was set up; t:init(\"driver-ok\") does"):format(vq), 0)
    end
    local r = setmetatable({
        vq = vq, size = setup.size, desc = setup.desc_addr, avail = setup.driver_addr,
        used_ring = setup.device_addr, next_avail = 0, last_used = 0, total = 0, pending = 0,
        kind = IO.type_of(S.info), free = {}, busy = {},
    }, R)
    if not r.kind or S.facts.mem_size == 0 then
        core.finish("inconclusive", "the engine builds no request for this device")
    end
    make_slots(r)
    if #r.free == 0 then
        core.finish("inconclusive", ("a queue of %d holds no request of a %s device"):format(r.size,
            r.kind.name))
    end
    core.watch(S.dev, vq, r.used_ring + 2)
    S.rings[#S.rings + 1] = r
    return r
end

local function note_available(r, n)
    core.note("available", S.dev, r.vq, n, "", ("%d more available on queue %d"):format(n, r.vq))
end

-- Publish the chain that begins at `head`.
local function publish(r, head)
    core.write16(r.avail + 4 + 2 * (r.next_avail % r.size), head)
    r.next_avail = (r.next_avail + 1) & 0xFFFF
    core.write16(r.avail + 2, r.next_avail)
end

function R:offer()
    local head = table.remove(self.free, 1)
    if not head then
        core.finish("inconclusive", ("queue %d is full: the device uses nothing"):format(self.vq))
    end
    self.busy[head] = true
    publish(self, head)
    if S.facts.polling then
        note_available(self, 1)
    else
        self.pending = self.pending + 1
    end
    return head
end

function R:kick()
    if S.facts.polling then
        return
    end
    if self.pending > 0 then
        note_available(self, self.pending)
        self.pending = 0
    end
    local data = negotiated(C.F.NOTIFICATION_DATA)
    M.event("EVENT_AVAIL", { vq_index = self.vq, next_offset = data and self.next_avail or 0 })
end

function R:poll()
    core.poll()
    local index = core.read16(self.used_ring + 2)
    local new = (index - self.last_used) & 0xFFFF
    for i = 0, math.min(new, self.size) - 1 do
        local at = self.used_ring + 4 + 8 * ((self.last_used + i) % self.size)
        local head = string.unpack("<I4", core.read(at, 4))
        if self.busy[head] then
            self.busy[head] = nil
            self.free[#self.free + 1] = head
        end
    end
    self.last_used = index
    self.total = self.total + new
    if new > 0 and negotiated(C.F.EVENT_IDX) and not self.suppressed then
        used_event(self, index)
    end
    return new
end

function R:wait(n)
    local deadline, step = core.now() + S.timeout, M.steps()
    self:poll()
    while self.total < n and step(deadline) do
        self:poll()
    end
    return self.total
end

function R:suppress(on)
    self.suppressed = on
    core.write16(self.avail, on and NO_INTERRUPT or 0)
    if negotiated(C.F.EVENT_IDX) then
        used_event(self, on and self.last_used - 1 or self.last_used)
    end
    core.note("no-interrupt", S.dev, self.vq, on and 1 or 0, "",
        ("used buffer notifications of queue %d %s"):format(self.vq,
            on and "suppressed" or "wanted"))
end

local ways = {
    index = function(r)
        r.next_avail = (r.next_avail + r.size + 1000) & 0xFFFF
        core.write16(r.avail + 2, r.next_avail)
    end,
    address = function(r)
        descriptor(r, 0, S.facts.mem_base + S.facts.mem_size + 0x100000, 512, WRITE, 0)
        publish(r, 0)
    end,
    loop = function(r)
        descriptor(r, 0, S.alloc(16, 16), 16, NEXT, 0)
        publish(r, 0)
    end,
}

function R:corrupt(how)
    local break_it = ways[how] or error("no way '" .. tostring(how) .. "' to corrupt a ring", 0)
    core.note("corrupted", S.dev, self.vq, 0, "",
        ("the ring of queue %d is broken on purpose: %s"):format(self.vq, how))
    break_it(self)
end

return R
