-- Packed virtqueues ("Packed Virtqueues" of core virtio), as ring.lua wants a form of rings.
local core, import = ...
local S = import "session"

local NEXT, WRITE, INDIRECT, AVAIL, USED = 1, 2, 4, 1 << 7, 1 << 15 -- descriptor flags
local ENABLE, DISABLE, AT_PLACE = 0, 1, 2 -- flags of the driver area
local FLAGS_AT = 14

local form = {}

-- A place in the ring: an index, and the wrap counter there.
local function advance(place, n, size)
    place.at = place.at + n
    if place.at >= size then
        place.at = place.at - size
        place.wrap = 1 - place.wrap
    end
end

local function encoded(place, bit)
    return place.at | place.wrap << bit
end

function form.table_of(buffers)
    local parts = {}
    for i, b in ipairs(buffers) do
        parts[i] = string.pack("<I8I4I2I2", b[1], b[2], 0, b[3] and WRITE or 0)
    end
    return table.concat(parts)
end

function form.start(r)
    r.avail, r.used = { at = 0, wrap = 1 }, { at = 0, wrap = 1 }
    core.watch_packed(S.dev, r.vq, r.desc, r.size, r.descriptors)
end

function form.prepare() end

-- Write these pieces {address, length, flags} at r.avail. The device may look at the first
-- descriptor at any time, so its flags are written last.
local function put(r, id, pieces)
    local first, first_flags = r.desc + 16 * r.avail.at, nil
    for i, p in ipairs(pieces) do
        local at = r.desc + 16 * r.avail.at
        local flags = p[3] | (r.avail.wrap == 1 and AVAIL or USED)
        core.write(at, string.pack("<I8I4I2", p[1], p[2], id))
        if i == 1 then
            first_flags = flags
        else
            core.write16(at + FLAGS_AT, flags)
        end
        advance(r.avail, 1, r.size)
    end
    core.write16(first + FLAGS_AT, first_flags)
end

function form.publish(r, slot)
    local pieces = {}
    if slot.table then
        pieces[1] = { slot.table, slot.table_length, INDIRECT }
    else
        for i, b in ipairs(slot.buffers) do
            pieces[i] = { b[1], b[2], (b[3] and WRITE or 0) | (i < #slot.buffers and NEXT or 0) }
        end
    end
    put(r, slot.id, pieces)
end

function form.place(r)
    return encoded(r.avail, 31)
end

-- The device writes one descriptor a buffer and skips over the others that the buffer had.
function form.collect(r, taken_back)
    for new = 0, r.size - 1 do
        local at = r.desc + 16 * r.used.at
        local flags = core.read16(at + FLAGS_AT)
        if (flags & AVAIL ~= 0 and 1 or 0) ~= r.used.wrap
            or (flags & USED ~= 0 and 1 or 0) ~= r.used.wrap then
            return new
        end
        taken_back(r, string.unpack("<I2", core.read(at + 12, 2)))
        advance(r.used, r.descriptors, r.size)
    end
    return r.size
end

function form.ask(r)
    core.write16(r.driver, encoded(r.used, 15))
    core.write16(r.driver + 2, AT_PLACE)
end

function form.suppress(r, on)
    if not on and r.event_index then
        form.ask(r)
    else
        core.write16(r.driver + 2, on and DISABLE or ENABLE)
    end
end

-- A packed ring has no index; an id beyond the queue comes closest.
function form.index(r)
    put(r, 0xFFFF, { { S.alloc(16, 16), 16, WRITE } })
end

-- Every descriptor says that another one follows.
function form.loop(r)
    local pieces = {}
    for i = 1, r.size do
        pieces[i] = { S.alloc(16, 16), 16, NEXT }
    end
    put(r, 0, pieces)
end

return form
