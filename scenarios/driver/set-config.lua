-- Writing configuration (SET_CONFIG).

local WRITE = "set-config %d %d %s"

return {
    {
        name = "inside-the-space",
        requirement = "Writes stay inside the configuration space.",
        clauses = { "drv.set-config.1", "drv.device-information.1" },
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            for _, w in ipairs{ { 32, "00" }, { 44, string.rep("11", 16) }, { 0, "00" } } do
                t:try_upper(WRITE:format(t.dev, w[1], w[2]))
                t:quiet()
            end
        end,
    },
    {
        name = "nothing-to-write",
        requirement = "A write of no bytes may be sent, and stays inside the space.",
        clauses = { "drv.set-config.2", "drv.set-config.1" },
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:try_upper(("set-config %d 32"):format(t.dev))
            t:quiet()
        end,
    },
    {
        name = "refused",
        requirement = "A device that refuses every write meets a driver that goes on.",
        clauses = { "drv.set-config.1" },
        needs = { upper = true, model = "block" },
        device = { quirks = { "config-read-only" } },
        run = function(t)
            t:boot()
            t:try_upper(WRITE:format(t.dev, 32, "00"))
            t:quiet()
            t:upper("status " .. t.dev)
            t:quiet()
        end,
    },
}
