-- Bus messages that a SUT meets which answers them: what it supports it answers, what is malformed it drops.

local BUS = 2 -- header `type` of a bus request
local RESPONSE = 1

local function message(t, kind, msg_id, payload)
    return string.pack("<BBI2I2I2", kind, msg_id, 0, t:token(), 8 + #payload) .. payload
end

return {
    {
        name = "unsupported-ids",
        requirement = "Bus requests that are not defined are discarded.",
        clauses = { "bus.error-signaling.4" },
        scope = "bus",
        run = function(t)
            t:GET_DEVICE_INFO{}
            for _, msg_id in ipairs{ 0x00, 0x01, 0x04, 0x05, 0x0C, 0x20, 0x3F } do
                t:silent(message(t, BUS, msg_id, ""))
                t:silent(message(t, BUS, msg_id, string.rep("\xFF", 8)))
            end
            t:GET_DEVICE_INFO{}
        end,
    },
    {
        name = "unsupported-events",
        requirement = "Bus events that are not defined, or not for a device, are discarded.",
        clauses = { "bus.error-signaling.4" },
        scope = "bus",
        run = function(t)
            t:GET_DEVICE_INFO{}
            for _, msg_id in ipairs{ 0x41, 0x42, 0x43, 0x60, 0x7F } do
                t:silent(message(t, BUS, msg_id, string.rep("\0", 4)))
            end
            t:event("EVENT_DEVICE", { device_number = t.dev, device_bus_state = 2 })
            t:fence()
            t:event("EVENT_DEVICE", { device_number = t.dev, device_bus_state = 1 }, { type = 1 })
            t:fence()
            t:GET_DEVICE_INFO{}
        end,
    },
    {
        name = "ping-cut-off",
        requirement = "A PING that lacks part of its data is discarded.",
        clauses = { "bus.error-signaling.4" },
        needs = { bus = "PING" },
        scope = "bus",
        run = function(t)
            local full = #t:encode("PING", {})
            for n = 8, full - 1 do
                t:try("PING", { data = 0x01020304 }, { cut = n, size = n })
            end
            t:PING{ data = 1 }
        end,
    },
    {
        name = "get-devices-cut-off",
        requirement = "A GET_DEVICES that lacks part of its window is discarded.",
        clauses = { "bus.error-signaling.4" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            local full = #t:encode("GET_DEVICES", {})
            for n = 8, full - 1 do
                t:try("GET_DEVICES", { offset = 0, count = 8 }, { cut = n, size = n })
            end
            t:GET_DEVICES{ offset = 0, count = 8 }
        end,
    },
    {
        name = "sizes-that-lie",
        requirement = "Bus messages whose msg_size cannot be right are discarded.",
        clauses = { "bus.error-signaling.4" },
        needs = { bus = "PING", boundaries = true },
        scope = "bus",
        run = function(t)
            for _, size in ipairs{ 0, 1, 7, 8, 11, 13, 264, 0xFFFF } do
                t:try("PING", { data = 1 }, { size = size })
            end
            for n = 1, 11 do
                t:silent(t:encode("PING", { data = 1 }):sub(1, n))
            end
            t:PING{ data = 1 }
        end,
    },
    {
        name = "device-number-or-response-bit",
        requirement = "Bus messages whose fate the text leaves open spoil nothing.",
        clauses = { "bus.bus-messages.2" },
        needs = { bus = "PING" },
        scope = "bus",
        run = function(t)
            for _, dev in ipairs{ 1, 65535 } do
                t:try("PING", { data = dev }, { dev = dev })
            end
            t:silent(message(t, BUS | RESPONSE, 0x03, "\1\2\3\4"))
            t:silent(message(t, BUS | RESPONSE, 0x02, string.rep("\0", 6)))
            t:PING{ data = 0 }
        end,
    },
    {
        name = "every-supported-message",
        requirement = "The bus messages that are declared behave as they are defined.",
        clauses = { "bus.bus-messages.2", "bus.common-message-format.1",
            "bus.common-message-format.2" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            t:GET_DEVICES{ offset = 0, count = 16 }
            t:GET_DEVICES({ offset = 0, count = 16 }, { type = 0xFC })
            t:GET_DEVICES{ offset = 5, count = 3 }
        end,
    },
    {
        name = "two-namespaces",
        requirement = "The bus bit alone decides which table a message id belongs to.",
        clauses = { "bus.bus-messages.2" },
        needs = { bus = "PING" },
        scope = "bus",
        run = function(t)
            t:init("features-ok")
            for _ = 1, 4 do
                t:PING{ data = 3 }
                t:GET_DEVICE_FEATURES{ num_blocks = 1 }
            end
        end,
    },
}
