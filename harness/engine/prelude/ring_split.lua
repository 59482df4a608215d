-- Split virtqueues ("Split Virtqueues" of core virtio), as ring.lua wants a form of rings.
local core, import = ...
local S = import "session"

local NEXT, WRITE, INDIRECT = 1, 2, 4 -- descriptor flags
local NO_INTERRUPT = 1 -- flag of the driver area

local form = {}

local function descriptor(address, length, flags, next)
    return string.pack("<I8I4I2I2", address, length, flags, next)
end

-- A chain of these buffers in a table in which its first descriptor has the index `first`.
local function chain(buffers, first)
    local parts = {}
    for i, b in ipairs(buffers) do
        local last = i == #buffers
        parts[i] = descriptor(b[1], b[2], (b[3] and WRITE or 0) | (last and 0 or NEXT),
            last and 0 or first + i)
    end
    return table.concat(parts)
end

function form.table_of(buffers)
    return chain(buffers, 0)
end

local function used_event(r, value)
    core.write16(r.driver + 4 + 2 * r.size, value & 0xFFFF)
end

function form.start(r)
    r.next_avail, r.last_used = 0, 0
    r.by_head = {} -- head -> id of the slot
    core.watch(S.dev, r.vq, r.device + 2)
end

function form.prepare(r, slot)
    slot.head = slot.id * r.descriptors
    r.by_head[slot.head] = slot.id
    core.write(r.desc + 16 * slot.head, slot.table
        and descriptor(slot.table, slot.table_length, INDIRECT, 0)
        or chain(slot.buffers, slot.head))
end

local function publish_head(r, head)
    core.write16(r.driver + 4 + 2 * (r.next_avail % r.size), head)
    r.next_avail = (r.next_avail + 1) & 0xFFFF
    core.write16(r.driver + 2, r.next_avail)
end

function form.publish(r, slot)
    publish_head(r, slot.head)
end

function form.place(r)
    return r.next_avail
end

-- How many more were used; taken_back(r, id) for each of them.
function form.collect(r, taken_back)
    local index = core.read16(r.device + 2)
    local new = (index - r.last_used) & 0xFFFF
    for i = 0, math.min(new, r.size) - 1 do
        local at = r.device + 4 + 8 * ((r.last_used + i) % r.size)
        taken_back(r, r.by_head[string.unpack("<I4", core.read(at, 4))])
    end
    r.last_used = index
    return new
end

function form.ask(r)
    used_event(r, r.last_used)
end

function form.suppress(r, on)
    core.write16(r.driver, on and NO_INTERRUPT or 0)
    if r.event_index then
        used_event(r, on and r.last_used - 1 or r.last_used)
    end
end

-- The available index jumps beyond the queue.
function form.index(r)
    r.next_avail = (r.next_avail + r.size + 1000) & 0xFFFF
    core.write16(r.driver + 2, r.next_avail)
end

-- A chain that leads back to itself.
function form.loop(r)
    core.write(r.desc, descriptor(S.alloc(16, 16), 16, NEXT, 0))
    publish_head(r, 0)
end

return form
