-- SET_CONFIG: all or nothing at every boundary, and what an answer of length 0 carries.

local function room(t)
    return t.max_msg_size - #t:encode("SET_CONFIG", {})
end

local function read(t, offset, length)
    return t:GET_CONFIG{ offset = offset, length = length }
end

-- The generation that a driver of this profile sends.
local function generation(t)
    return t.strict and read(t, 0, 1).generation or 0
end

local function flip(data)
    return (data:gsub(".", function(c)
        return string.char(c:byte() ~ 1)
    end))
end

-- The last bytes of the space and its first, as a witness that nothing changed.
local function witness(t)
    local n = math.min(t.info.config_size, room(t))
    read(t, 0, n)
    read(t, t.info.config_size - n, n)
end

-- A write that may be answered, refused or discarded, between two looks at the space.
local function try_write(t, fields, options)
    witness(t)
    fields.generation = generation(t)
    t:try("SET_CONFIG", fields, options)
    witness(t)
end

-- A write inside the space, read back, and the old bytes again.
local function write_and_restore(t, offset, length)
    local old = read(t, offset, length).data
    t:SET_CONFIG{ generation = generation(t), offset = offset, data = flip(old) }
    read(t, offset, length)
    read(t, offset, length)
    t:SET_CONFIG{ generation = generation(t), offset = offset, data = old }
    read(t, offset, length)
end

return {
    {
        name = "written-and-read-back",
        requirement = "A write that is told as applied is what the next read shows.",
        clauses = { "dev.set-config.1", "dev.set-config.3", "dev.prose.set-config-echo" },
        needs = { writable = true },
        run = function(t)
            t:init("driver-ok")
            local offset, length = t.writable[1], math.min(t.writable[2], room(t))
            write_and_restore(t, offset, length)
            write_and_restore(t, offset, math.min(length, 8))
            write_and_restore(t, offset, 1)
            write_and_restore(t, offset + length - 1, 1)
        end,
    },
    {
        name = "across-the-edges",
        requirement = "A write over the edge of a writable range is applied whole or not at all.",
        clauses = { "dev.set-config.3", "dev.set-config.4" },
        needs = { config = 2 },
        run = function(t)
            t:init("features-ok")
            local before
            for offset = 0, math.min(t.info.config_size, 64) - 1 do
                local now = read(t, offset, 1)
                local same = { generation = t.strict and now.generation or 0, offset = offset,
                    data = now.data }
                local taken = t:SET_CONFIG(same).length > 0
                if before ~= nil and taken ~= before then
                    write_and_restore(t, offset - 1, 2)
                end
                before = taken
            end
        end,
    },
    {
        name = "whole-space",
        requirement = "A write of as much as a message carries is applied whole or not at all.",
        clauses = { "dev.set-config.3", "dev.set-config.4", "dev.device-limits.1" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            write_and_restore(t, 0, math.min(t.info.config_size, room(t)))
        end,
    },
    {
        name = "here-and-there",
        requirement = "Wherever it goes, a write is applied whole or refused without data.",
        clauses = { "dev.set-config.3", "dev.set-config.4", "dev.set-config.1" },
        needs = { config = 2 },
        run = function(t)
            t:init("features-ok")
            local size = t.info.config_size
            for offset = 0, size - 2, size // 16 + 1 do
                write_and_restore(t, offset, 1)
                write_and_restore(t, offset, 2)
            end
        end,
    },
    {
        name = "across-the-end",
        requirement = "A write across the end of the space changes nothing of it.",
        clauses = { "dev.set-config.3", "dev.set-config.4" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            local size = t.info.config_size
            local last = flip(read(t, size - 1, 1).data)
            try_write(t, { offset = size - 1, data = last .. "\xA5" })
            local n = math.min(size, room(t) - 1)
            local tail = flip(read(t, size - n, n).data)
            try_write(t, { offset = size - n, data = tail .. "\xA5" })
        end,
    },
    {
        name = "outside",
        requirement = "A write outside the space changes nothing of it.",
        clauses = { "dev.set-config.3", "dev.set-config.4" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            local size = t.info.config_size
            for _, offset in ipairs{ size, size + 1, size + 0x10000, 0x80000000, 0xFFFFFFFF } do
                try_write(t, { offset = offset, data = "\xA5" })
            end
        end,
    },
    {
        name = "offset-plus-length-overflows",
        requirement = "A write that wraps around 2^32 changes nothing at either end.",
        clauses = { "dev.set-config.3", "dev.set-config.4" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            local first = flip(read(t, 0, 1).data)
            try_write(t, { offset = 0xFFFFFFFF, data = "\xA5" .. first })
            try_write(t, { offset = 0xFFFFFFFC, data = ("\xA5"):rep(4) .. first })
        end,
    },
    {
        name = "length-zero",
        requirement = "A write of no bytes is a no-op, if it is accepted.",
        clauses = { "dev.set-config.2", "dev.set-config.4" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            try_write(t, { offset = 0, data = "" })
            try_write(t, { offset = t.info.config_size - 1, data = "" })
            try_write(t, { offset = t.info.config_size, data = "" })
            try_write(t, { offset = 0xFFFFFFFF, data = "" })
        end,
    },
    {
        name = "length-zero-with-bytes",
        requirement = "Bytes behind a length of 0 are not written.",
        clauses = { "dev.set-config.2" },
        needs = { writable = true },
        run = function(t)
            t:init("features-ok")
            local data = flip(read(t, t.writable[1], 1).data)
            try_write(t, { offset = t.writable[1], length = 0, data = data })
            read(t, t.writable[1], 1)
        end,
    },
    {
        name = "length-beyond-the-bytes",
        requirement = "A write that brings fewer bytes than it announces changes nothing.",
        clauses = { "dev.set-config.3", "dev.prose.response-echo" },
        needs = { writable = true },
        run = function(t)
            t:init("features-ok")
            local data = flip(read(t, t.writable[1], 1).data)
            for _, length in ipairs{ 2, 4, 0x101, 0x10001, 0x80000001, 0xFFFFFFFF } do
                try_write(t, { offset = t.writable[1], length = length, data = data })
                read(t, t.writable[1], 1)
            end
            try_write(t, { offset = t.writable[1], length = 1, data = "" })
        end,
    },
    {
        name = "length-below-the-bytes",
        requirement = "A write changes at most the bytes that its length names.",
        clauses = { "dev.set-config.3" },
        needs = { writable = true },
        run = function(t)
            if t.writable[2] < 2 then
                t:skip("the writable range is a single byte")
            end
            t:init("features-ok")
            local old = read(t, t.writable[1], 2).data
            try_write(t, { offset = t.writable[1], length = 1, data = flip(old) })
            read(t, t.writable[1], 2)
            t:SET_CONFIG{ generation = generation(t), offset = t.writable[1], data = old }
            read(t, t.writable[1], 2)
        end,
    },
    {
        name = "no-space",
        requirement = "A device without a configuration space has nothing to write.",
        clauses = { "dev.set-config.3" },
        run = function(t)
            if t.info.config_size > 0 then
                t:skip("the device has a configuration space")
            end
            t:init("features-ok")
            t:try("SET_CONFIG", { offset = 0, data = "\0" })
            t:try("SET_CONFIG", { offset = 0, data = "" })
            t:GET_DEVICE_STATUS{}
        end,
    },
}
