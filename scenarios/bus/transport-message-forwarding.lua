-- Where transport messages go: to the device that their header names, as they are.

local function transport(t, dev, msg_id, payload, type)
    return string.pack("<BBI2I2I2", type or 0, msg_id, dev, t:token(), 8 + #payload) .. payload
end

-- A device number that nobody has.
local function absent(t, from)
    local taken = {}
    for _, d in ipairs(t.models) do
        taken[d[1]] = true
    end
    while taken[from] do
        from = from - 1
    end
    return from
end

return {
    {
        name = "to-each-device",
        requirement = "Each transport message reaches the device that its header names, and "
            .. "its response comes back.",
        clauses = { "bus.transport-message-forwarding.1", "bus.transport-message-forwarding.2",
            "bus.transport-message-forwarding.3", "bus.common-message-format.1" },
        run = function(t)
            for _ = 1, 3 do
                for _, dev in ipairs(t.devices) do
                    t:GET_DEVICE_INFO({}, { dev = dev })
                    t:GET_DEVICE_STATUS({}, { dev = dev })
                    t:GET_DEVICE_FEATURES({ num_blocks = 2 }, { dev = dev })
                end
            end
        end,
    },
    {
        name = "every-request",
        requirement = "Every request of the transport and its response pass unchanged.",
        clauses = { "bus.transport-message-forwarding.2", "bus.transport-message-forwarding.3",
            "bus.ordering.1" },
        needs = { queue = true },
        run = function(t)
            t:init("driver-ok", { features = { "RING_RESET" } })
            t:try("GET_CONFIG", { offset = 0, length = 8 })
            t:try("SET_CONFIG", { offset = 0, data = "\1\2\3\4" })
            t:GET_DEVICE_STATUS{}
            t:GET_VQUEUE{ index = t.vq }
            t:RESET_VQUEUE{ index = t.vq }
            t:GET_SHM{ shmid = 0 }
            t:GET_SHM{ shmid = 0xFFFFFFFF }
            t:reset()
        end,
    },
    {
        name = "absent-device",
        requirement = "A request to a device number that does not exist ends in a failure that "
            .. "the driver side sees.",
        clauses = { "bus.transport-message-forwarding.1", "bus.transport-message-forwarding.4",
            "bus.error-signaling.1", "bus.error-signaling.2" },
        run = function(t)
            for _, from in ipairs{ 0xFFFF, 0x8000, 77 } do
                local dev = absent(t, from)
                t:outcome(t:send("GET_DEVICE_INFO", {}, { dev = dev }))
                t:outcome(t:send("SET_DEVICE_STATUS", { status = 0 }, { dev = dev }))
                t:fence()
            end
        end,
    },
    {
        name = "event-to-an-absent-device",
        requirement = "An event to a device number that does not exist goes nowhere and is not "
            .. "answered.",
        clauses = { "bus.transport-message-forwarding.1", "bus.transport-message-forwarding.5",
            "bus.error-signaling.6", "bus.error-signaling.7" },
        run = function(t)
            for n = 0, 4 do
                t:event("EVENT_AVAIL", { vq_index = n }, { dev = absent(t, 77) })
            end
            t:fence()
            t:quiet()
            t:fence()
        end,
    },
    {
        name = "from-an-absent-device",
        requirement = "Messages of a device that does not exist do not harm the bus.",
        clauses = { "bus.transport-message-forwarding.1" },
        run = function(t)
            t.far:say("EVENT_USED", { vq_index = 0 }, { dev = absent(t, 77) })
            t.far:say("GET_DEVICE_INFO", {}, { dev = absent(t, 77), response = true })
            t:fence()
        end,
    },
    {
        name = "payload-is-opaque",
        requirement = "A payload that the bus cannot make sense of is carried as it is.",
        clauses = { "bus.transport-message-forwarding.3" },
        run = function(t)
            -- The device would not answer all of these, and the bus had to wait for it.
            for _, name in ipairs{ "SET_VQUEUE", "SET_DEVICE_STATUS", "GET_CONFIG",
                "GET_DEVICE_FEATURES" } do
                t.far:on_request(name, function(_, message)
                    t.far:say(name, {}, { response = true, dev = message.dev,
                        token = message.token })
                    return "lose"
                end)
            end
            t:try("SET_VQUEUE", { index = 0xFFFFFFFF, flags = 0xFFFFFFFF, size = 0xFFFFFFFF,
                reserved = 0xFFFFFFFF, desc_addr = -1, driver_addr = -1, device_addr = -1 })
            t:try("SET_DEVICE_STATUS", { status = 0xFFFFFFFF })
            t:try("GET_CONFIG", { offset = 0xFFFFFFFF, length = 0xFFFFFFFF })
            t:try("GET_DEVICE_FEATURES", { block_index = 0xFFFFFFFF, num_blocks = 1 })
            t:event("EVENT_AVAIL", { vq_index = 0xFFFFFFFF, next_offset = 0xFFFFFFFF })
            t:fence()
        end,
    },
    {
        name = "unknown-transport-ids",
        requirement = "Transport message ids are not the bus's to judge: unknown requests are "
            .. "forwarded.",
        clauses = { "bus.error-signaling.5", "bus.transport-message-forwarding.3" },
        run = function(t)
            for _, msg_id in ipairs{ 0x0D, 0x20, 0x3F } do
                t:raw(transport(t, t.dev, msg_id, ""))
                t:raw(transport(t, t.dev, msg_id, string.rep("\xA5", 16)))
                t:fence()
            end
        end,
    },
    {
        name = "cut-off-transport-requests",
        requirement = "Transport requests without all of their payload do not harm the bus.",
        clauses = { "bus.transport-message-forwarding.3" },
        run = function(t)
            for n = 8, 12 do
                t:send("GET_CONFIG", { offset = 0, length = 4 }, { cut = n, size = n })
            end
            t:fence()
        end,
    },
}
