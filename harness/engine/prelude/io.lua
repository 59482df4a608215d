-- Requests by device type, as core virtio's "Device Types" lay them out: the buffers of one
-- request that any device of the type uses up at once and that changes nothing it keeps.
local core, import = ...
local S = import "session"

local IO = {}

-- What the driver says: a buffer that the device reads.
local function said(bytes)
    local at = S.alloc(#bytes, 16)
    core.write(at, bytes)
    return { at, #bytes, false }
end

-- Room for what the device says.
local function room(length)
    return { S.alloc(length, 16), length, true }
end

local function pack(format, ...)
    return said(string.pack("<" .. format, ...))
end

-- device_id -> name, queue, descriptors of a request, and its buffers {address, length, writable}.
-- A new type is one entry.
local types = {
    [1] = {
        name = "network", queue = 1, descriptors = 2,
        build = function() -- to nobody, of an EtherType for local experiments
            return { said(("\0"):rep(12)),
                said("\x02\0\0\0\0\1\x02\0\0\0\0\2\x88\xB5" .. ("\0"):rep(46)) }
        end,
    },
    [2] = {
        name = "block", queue = 0, descriptors = 3,
        build = function() -- VIRTIO_BLK_T_IN of sector 0
            return { pack("I4I4I8", 0, 0, 0), room(512), room(1) }
        end,
    },
    [3] = {
        name = "console", queue = 1, descriptors = 1,
        build = function()
            return { said("vmsgspec\n") }
        end,
    },
    [4] = {
        name = "entropy", queue = 0, descriptors = 1,
        build = function()
            return { room(64) }
        end,
    },
    [8] = {
        name = "SCSI host", queue = 2, descriptors = 2,
        build = function() -- TEST UNIT READY of target 0
            return { said("\1\0\x40" .. ("\0"):rep(48)), room(108) }
        end,
    },
    [9] = {
        name = "9P", queue = 0, descriptors = 2,
        build = function() -- Tversion
            return { pack("I4BI2I4s2", 21, 100, 0xFFFF, 4096, "9P2000.L"), room(64) }
        end,
    },
    [16] = {
        name = "GPU", queue = 0, descriptors = 2,
        build = function() -- VIRTIO_GPU_CMD_GET_DISPLAY_INFO
            return { pack("I4I4I8I4I4", 0x0100, 0, 0, 0, 0), room(408) }
        end,
    },
    [18] = {
        name = "input", queue = 1, descriptors = 1,
        build = function() -- EV_SYN, SYN_REPORT
            return { pack("I2I2I4", 0, 0, 0) }
        end,
    },
    [19] = {
        name = "socket", queue = 1, descriptors = 1,
        build = function() -- VIRTIO_VSOCK_OP_RST of a stream that there is not
            return { pack("I8I8I4I4I4I2I2I4I4I4", 3, 2, 1024, 1024, 0, 1, 3, 0, 0, 0) }
        end,
    },
    [27] = {
        name = "persistent memory", queue = 0, descriptors = 2,
        build = function() -- VIRTIO_PMEM_REQ_TYPE_FLUSH
            return { pack("I4", 0), room(4) }
        end,
    },
    [34] = {
        name = "I2C", queue = 0, descriptors = 3,
        build = function() -- one byte read at address 0x50
            return { pack("I2I2I4", 0x50 << 1, 0, 2), room(1), room(1) }
        end,
    },
    [41] = {
        name = "GPIO", queue = 0, descriptors = 2,
        build = function() -- VIRTIO_GPIO_MSG_GET_DIRECTION of line 0
            return { pack("I2I2I4", 2, 0, 0), room(2) }
        end,
    },
}

function IO.type_of(info)
    return info and types[info.device_id]
end

return IO
