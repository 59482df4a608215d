-- The header as a bus carries it: tokens, reserved bits, device numbers.

return {
    {
        name = "tokens-come-back",
        requirement = "Whatever the bus does with a token, the response carries the driver's own.",
        clauses = { "bus.common-message-format.6" },
        run = function(t)
            for _, token in ipairs{ 0, 1, 2, 0x00FF, 0x0100, 0x8000, 0xFFFF } do
                t:GET_DEVICE_STATUS({}, { token = token })
                t:GET_DEVICE_INFO({}, { token = token })
            end
        end,
    },
    {
        name = "one-token-for-two-devices",
        requirement = "Requests to different devices may carry the same token, and each gets "
            .. "its own response.",
        clauses = { "bus.common-message-format.6",
            "bus.prose.interleave-devices" },
        run = function(t)
            if #t.devices < 2 then
                t:inconclusive("there is one device alone")
            end
            local sent = {}
            for round = 1, 4 do
                for _, dev in ipairs(t.devices) do
                    sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {}, { dev = dev, token = round })
                end
            end
            for _, h in ipairs(sent) do
                t:await(h)
            end
        end,
    },
    {
        name = "many-outstanding",
        requirement = "Each of many requests under way gets the response that is its own.",
        clauses = { "bus.common-message-format.6", "bus.common-message-format.5", "bus.ordering.1",
            "bus.ordering.2" },
        run = function(t)
            t.far:hold_answer("GET_VQUEUE", { times = 128 })
            local sent = {}
            for index = 0, 127 do
                sent[index] = t:send("GET_VQUEUE", { index = index })
            end
            t:serve(function() return t.far:count("GET_VQUEUE") == 128 end)
            t.far:release()
            for index = 0, 127 do
                t:await(sent[index])
            end
        end,
    },
    {
        name = "the-devices-own-token-order",
        requirement = "Responses find their requests when tokens go down, repeat and are "
            .. "unlike each other.",
        clauses = { "bus.common-message-format.6" },
        run = function(t)
            local sent = {}
            for n = 0, 31 do
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = n }, { token = 0xFFFF - 257 * n })
            end
            for _, h in ipairs(sent) do
                t:await(h)
            end
        end,
    },
    {
        name = "reserved-type-bits",
        requirement = "Reserved bits of type are ignored in what is forwarded, and zero in the "
            .. "bus's own messages.",
        clauses = { "bus.common-message-format.2" },
        run = function(t)
            for bit = 2, 7 do
                t:try("GET_DEVICE_STATUS", {}, { type = 1 << bit })
            end
            t:try("GET_DEVICE_INFO", {}, { type = 0xFC })
            t.far:say("EVENT_CONFIG", { device_status = 0 }, { type = 0x80 })
            t:fence()
        end,
    },
    {
        name = "padding",
        requirement = "Bytes that the bus adds to a message are zero.",
        clauses = { "bus.common-message-format.3" },
        run = function(t)
            for n = 1, 3 do
                t:GET_DEVICE_FEATURES{ num_blocks = n }
            end
            t:event("EVENT_AVAIL", { vq_index = 0 })
            t:fence()
        end,
    },
}
