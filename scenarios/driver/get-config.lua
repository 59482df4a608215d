-- Reading configuration (GET_CONFIG).
return {
    {
        name = "inside-the-space",
        requirement = "Reads stay inside the configuration space.",
        clauses = { "drv.get-config.1", "drv.device-information.1" },
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            for _, range in ipairs{ { 0, 8 }, { 0, 60 }, { 59, 1 }, { 20, 4 } } do
                t:try_upper(("get-config %d %d %d"):format(t.dev, range[1], range[2]))
                t:quiet()
            end
        end,
    },
}
