-- The driver's side of a virtqueue in DMA memory: its buffers, and when it notifies. How a buffer
-- stands in the ring is the form's affair (ring_split.lua, ring_packed.lua).
local core, import = ...
local S = import "session"
local M = import "messages"
local I = import "init"
local IO = import "io"
local C = import "constants"
local split = import "ring_split"
local packed = import "ring_packed"

local R = {}
R.__index = R
R.__metatable = false

local function negotiated(bit)
    return I.offers(S.driver_features, bit)
end

local SLOTS_MOST = 64 -- enough for any scenario

-- A slot is one request, whose buffers are made once: with a table of them, or descriptors in the
-- ring.
local function make_slot(r)
    local slot = { id = r.slots, buffers = r.kind.build() }
    if r.indirect then
        slot.table_length = 16 * #slot.buffers
        slot.table = S.alloc(slot.table_length, 16)
        core.write(slot.table, r.form.table_of(slot.buffers))
    end
    r.form.prepare(r, slot)
    r.slots = r.slots + 1
    return slot
end

-- One that was never used, else the one that was given back first.
local function free_slot(r)
    if r.slots < math.min(r.size // r.descriptors, SLOTS_MOST) then
        return make_slot(r)
    end
    return table.remove(r.free, 1) or core.finish("inconclusive",
        ("queue %d is full: the device uses nothing"):format(r.vq))
end

function R.new(vq)
    local setup = S.setup[vq]
    if not setup then
        error(("t:ring(%s): no such queue was set up; t:init(\"driver-ok\") does"):format(vq), 0)
    end
    local kind = IO.type_of(S.info)
    if not kind or S.facts.mem_size == 0 then
        core.finish("inconclusive", "the engine builds no request for this device")
    end
    local indirect = negotiated(C.F.INDIRECT_DESC)
    local r = setmetatable({
        vq = vq, size = setup.size, desc = setup.desc_addr, driver = setup.driver_addr,
        device = setup.device_addr, total = 0, pending = 0, kind = kind, slots = 0, free = {},
        busy = {},
        form = negotiated(C.F.RING_PACKED) and packed or split, indirect = indirect,
        descriptors = indirect and 1 or kind.descriptors,
        event_index = negotiated(C.F.EVENT_IDX),
    }, R)
    if r.size < r.descriptors then
        core.finish("inconclusive", ("a queue of %d holds no request of a %s device"):format(r.size,
            kind.name))
    end
    r.form.start(r)
    S.rings[#S.rings + 1] = r
    return r
end

local function note_available(r, n)
    core.note("available", S.dev, r.vq, n, "", ("%d more available on queue %d"):format(n, r.vq))
end

function R:offer()
    local slot = free_slot(self)
    self.busy[slot.id] = slot
    self.form.publish(self, slot)
    if S.facts.polling then
        note_available(self, 1)
    else
        self.pending = self.pending + 1
    end
    return slot.id
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
    M.event("EVENT_AVAIL", { vq_index = self.vq, next_offset = data and self.form.place(self) or 0 })
end

-- The device used the buffer of this id; ids that are nobody's are the device's own affair.
local function taken_back(r, id)
    local slot = r.busy[id]
    if slot then
        r.busy[id] = nil
        r.free[#r.free + 1] = slot
    end
end

function R:poll()
    core.poll()
    local new = self.form.collect(self, taken_back)
    self.total = self.total + new
    if new > 0 and self.event_index and not self.suppressed then
        self.form.ask(self)
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
    self.form.suppress(self, on)
    core.note("no-interrupt", S.dev, self.vq, on and 1 or 0, "",
        ("used buffer notifications of queue %d %s"):format(self.vq,
            on and "suppressed" or "wanted"))
end

-- A request that cannot be followed, for forms that put it into their ring as they put others.
local ways = {
    address = function(slot)
        slot.buffers = { { S.facts.mem_base + S.facts.mem_size + 0x100000, 512, true } }
        slot.table = nil
    end,
    table = function(slot)
        slot.table = S.facts.mem_base + S.facts.mem_size + 0x100000
        slot.table_length = 16
    end,
    ["table-cut"] = function(slot)
        slot.table_length = slot.table_length - 1
    end,
}

function R:corrupt(how)
    if not ways[how] and how ~= "index" and how ~= "loop" then
        error("no way '" .. tostring(how) .. "' to corrupt a ring", 0)
    end
    core.note("corrupted", S.dev, self.vq, 0, "",
        ("the ring of queue %d is broken on purpose: %s"):format(self.vq, how))
    if not ways[how] then
        self.form[how](self)
        return
    end
    local slot = free_slot(self)
    ways[how](slot)
    self.form.prepare(self, slot)
    self.form.publish(self, slot)
end

return R
