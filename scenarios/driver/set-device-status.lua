-- Resets that take their time (SET_DEVICE_STATUS).

local waits = { "drv.set-device-status.2", "drv.get-device-status.3" }

local function boots(t)
    t:boot()
    t:quiet()
end

-- The device was in use before: its first reset takes some reads of the status.
local function in_use(t)
    local function still(f)
        f.status = f.status | t.S.ACKNOWLEDGE
    end
    t:on_answer("SET_DEVICE_STATUS", still, { times = 1 })
    t:on_answer("GET_DEVICE_STATUS", still, { times = 3 })
end

-- The status never shows that the reset is complete.
local function never_resets(t)
    for _, name in ipairs{ "SET_DEVICE_STATUS", "GET_DEVICE_STATUS" } do
        t:on_answer(name, function(f) f.status = f.status | t.S.ACKNOWLEDGE end)
    end
end

return {
    {
        name = "starts-with-a-reset",
        requirement = "The driver begins by writing status 0.",
        clauses = { "drv.set-device-status.1", "drv.set-device-status.2", "drv.get-device-status.1" },
        run = boots,
    },
    {
        name = "reset-takes-reads",
        requirement = "A reset that completes after some reads of the status is waited for.",
        clauses = waits,
        device = { quirks = { "reset-after-reads" } },
        run = function(t)
            in_use(t)
            boots(t)
        end,
    },
    {
        name = "reset-takes-time",
        requirement = "A reset that completes after some time is waited for.",
        clauses = waits,
        device = { quirks = { "reset-after-time" } },
        run = boots,
    },
    {
        name = "late-reset-of-a-running-device",
        requirement = "When the driver starts again, it waits for the end of the reset.",
        clauses = { "drv.set-device-status.1", "drv.set-device-status.2", "drv.get-device-status.3" },
        needs = { upper = true },
        device = { quirks = { "reset-after-reads" } },
        run = function(t)
            t:boot()
            t:upper("init " .. t.dev)
            t:await("SET_DEVICE_STATUS", { status = 0 })
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "reset-never-completes",
        requirement = "The driver does not wait for the end of a reset for ever, and does not go on.",
        clauses = { "drv.error-signaling.2", "drv.set-device-status.2" },
        needs = { timeout = true },
        run = function(t)
            never_resets(t)
            t:await("SET_DEVICE_STATUS", { status = 0 })
            t:await("GET_DEVICE_STATUS") -- before it, a slow driver may repeat its reset
            t:exhaust()
        end,
    },
}
