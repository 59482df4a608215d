-- What the bus advertises bounds what a driver sends ("Driver Requirements: Transport Revisions").
return {
    {
        name = "smallest-messages",
        requirement = "With a maximum message size of 52 bytes no message of the driver is larger.",
        clauses = { "drv.driver-limits.1", "drv.common-message-format.2" },
        max_msg_size = 52,
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "reads-and-writes-in-pieces",
        requirement = "Configuration is read and written in pieces that fit 52 bytes.",
        clauses = { "drv.driver-limits.1", "drv.common-message-format.2", "drv.get-config.1" },
        needs = { upper = true, model = "block" },
        max_msg_size = 52,
        run = function(t)
            t:boot()
            for _, command in ipairs{ "get-config %d 0 60", "get-config %d 20 8",
                "set-config %d 44 000102030405060708090a0b0c0d0e0f",
                "set-config %d 0 " .. string.rep("00", 60) } do
                t:try_upper(command:format(t.dev))
                t:quiet()
            end
        end,
    },
    {
        name = "large-messages",
        requirement = "A larger maximum changes nothing in what the driver may send.",
        clauses = { "drv.driver-limits.1", "drv.driver-limits.2" },
        max_msg_size = 4096,
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "revision-one",
        requirement = "Only messages of revision 1 are used, also against a device that offers much.",
        clauses = { "drv.driver-limits.2", "any.prose.reserved-ids" },
        device = { quirks = { "more-feature-blocks", "answers-implementation-ids" } },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
}
