-- Requests by device type: the buffers of one valid request. A new type is one entry.
local core, import = ...
local S = import "session"

local IO = {}

-- device_id -> name, queue, descriptors of a request, and its buffers {address, length, writable}
local types = {
    [2] = {
        name = "block", queue = 0, descriptors = 3,
        build = function()
            local header, data, status = S.alloc(16, 16), S.alloc(512, 512), S.alloc(1, 16)
            core.write(header, string.pack("<I4I4I8", 0, 0, 0)) -- type IN, sector 0
            core.write(status, "\xFF")
            return { { header, 16, false }, { data, 512, true }, { status, 1, true } }
        end,
    },
    [4] = {
        name = "entropy", queue = 0, descriptors = 1,
        build = function()
            return { { S.alloc(64, 64), 64, true } }
        end,
    },
}

function IO.type_of(info)
    return info and types[info.device_id]
end

return IO
