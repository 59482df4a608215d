-- Offsets and lengths stay inside the configuration space ("Device Information").
return {
    {
        name = "stays-inside",
        requirement = "What the driver reads by itself lies inside the configuration space.",
        clauses = { "drv.device-information.1", "drv.get-config.1" },
        needs = { model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "smaller-than-expected",
        requirement = "A space that is smaller than the structure of the device type is not overrun.",
        clauses = { "drv.device-information.1", "drv.get-config.1" },
        needs = { model = "block" },
        run = function(t)
            t:on_answer("GET_DEVICE_INFO", function(f) f.config_size = 24 end)
            t:boot()
            t:try_upper(("get-config %d 0 24"):format(t.dev))
            t:try_upper(("get-config %d 20 8"):format(t.dev))
            t:try_upper(("set-config %d 32 00"):format(t.dev))
            t:quiet()
        end,
    },
    {
        name = "beyond-the-end",
        requirement = "The driver's user cannot make it read or write beyond the end.",
        clauses = { "drv.device-information.1", "drv.get-config.1", "drv.set-config.1" },
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            for _, command in ipairs{ "get-config %d 59 1", "get-config %d 60 1", "get-config %d 56 8",
                "get-config %d 4294967295 1", "set-config %d 33 00", "set-config %d 60 00",
                "set-config %d 59 0000", "set-config %d 4294967295 00" } do
                t:try_upper(command:format(t.dev))
                t:quiet()
            end
        end,
    },
}
