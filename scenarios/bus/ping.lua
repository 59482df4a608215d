-- PING, which either side may start.

return {
    {
        name = "value-comes-back",
        requirement = "The bus answers PING with the value that it was sent.",
        clauses = { "bus.ping.1", "bus.bus-messages.2" },
        needs = { bus = "PING" },
        run = function(t)
            for _, value in ipairs{ 0, 1, 0x80000000, 0x12345678, 0xFFFFFFFF } do
                t:PING{ data = value }
            end
        end,
    },
    {
        name = "many-at-once",
        requirement = "Each of several PINGs is answered with its own value.",
        clauses = { "bus.ping.1" },
        needs = { bus = "PING" },
        run = function(t)
            local sent = {}
            for n = 1, 16 do
                sent[n] = t:send("PING", { data = n * 0x01010101 })
            end
            for n = 1, 16 do
                t:await(sent[n])
            end
        end,
    },
    {
        name = "from-the-device-end",
        requirement = "The bus answers PING of its peer, too, and passes nothing of it on.",
        clauses = { "bus.ping.1" },
        needs = { bus = "PING" },
        run = function(t)
            for n = 1, 4 do
                t.far:say("PING", { data = n * 3 })
                t:fence()
            end
            t:quiet()
        end,
    },
}
