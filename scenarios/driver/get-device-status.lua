-- A device that needs a reset says so in its status (GET_DEVICE_STATUS).

local clauses = { "drv.get-device-status.2", "drv.set-device-status.1" }

local function starts_again(t)
    t:await("SET_DEVICE_STATUS", { status = 0 })
    t:boot()
    t:quiet()
end

return {
    {
        name = "needs-reset-by-event",
        requirement = "DEVICE_NEEDS_RESET in an EVENT_CONFIG makes the driver start again.",
        clauses = clauses,
        run = function(t)
            t:boot()
            t:quiet()
            t:device("needs-reset " .. t.dev)
            starts_again(t)
        end,
    },
    {
        name = "needs-reset-by-status",
        requirement = "DEVICE_NEEDS_RESET in a status that is read makes the driver start again.",
        clauses = { "drv.get-device-status.1", "drv.get-device-status.2" },
        needs = { upper = true },
        run = function(t)
            t:boot()
            t:quiet()
            t:lose_event("EVENT_CONFIG")
            t:device("needs-reset " .. t.dev)
            t:upper("status " .. t.dev)
            starts_again(t)
        end,
    },
    {
        name = "needs-reset-while-starting",
        requirement = "A device that fails in the middle of initialisation is reset.",
        clauses = clauses,
        run = function(t)
            local once = true
            t:on_request("SET_DEVICE_STATUS", function(f)
                if once and f.status & t.S.DRIVER_OK ~= 0 then
                    once = false
                    t:device("needs-reset " .. t.dev)
                end
            end)
            t:await("SET_DEVICE_STATUS", { status = 0 })
            starts_again(t)
        end,
    },
    {
        name = "needs-reset-during-io",
        requirement = "A device that fails while requests are under way is reset.",
        clauses = clauses,
        needs = { memory = true, notifications = "events" },
        run = function(t)
            t:on_request("EVENT_AVAIL", function() t:device("needs-reset " .. t.dev) end, { times = 1 })
            t:boot()
            t:try_kick(0)
            t:quiet()
        end,
    },
}
