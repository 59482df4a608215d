-- PING as a device SUT answers it.

return {
    {
        name = "echo",
        requirement = "PING is answered with its own 32 bits.",
        clauses = { "bus.ping.1", "bus.bus-messages.2" },
        needs = { bus = "PING" },
        scope = "bus",
        run = function(t)
            for _, data in ipairs{ 0, 1, 0x01020304, 0x04030201, 0x7FFFFFFF, 0x80000000,
                0xDEADBEEF, 0xFFFFFFFF } do
                t:PING{ data = data }
            end
        end,
    },
    {
        name = "pipelined",
        requirement = "Each of many outstanding PINGs is answered with its own data.",
        clauses = { "bus.ping.1", "bus.bus-messages.2" },
        needs = { bus = "PING" },
        scope = "bus",
        run = function(t)
            local sent = {}
            for n = 1, 32 do
                sent[n] = t:send("PING", { data = n * 0x01010101 & 0xFFFFFFFF })
            end
            for _, handle in ipairs(sent) do
                t:await(handle)
            end
        end,
    },
    {
        name = "header",
        requirement = "A PING's answer has a clean header: dev_num 0 and no reserved bits.",
        clauses = { "bus.common-message-format.1", "bus.common-message-format.2" },
        needs = { bus = "PING" },
        scope = "bus",
        run = function(t)
            t:PING{ data = 1 }
            t:PING({ data = 2 }, { type = 0x04 })
            t:PING({ data = 3 }, { type = 0xFC })
        end,
    },
}
