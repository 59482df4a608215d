-- How a driver announces buffers ("Driver Notifications").
return {
    {
        name = "buffers-are-announced",
        requirement = "Buffers that are made available are announced by EVENT_AVAIL.",
        clauses = { "drv.driver-notifications.3", "drv.finalizing-initialization.2",
            "drv.finalizing-initialization.3" },
        needs = { memory = true, notifications = "events" },
        run = function(t)
            t:boot()
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "nothing-by-polling",
        requirement = "With polling EVENT_AVAIL may be left out.",
        clauses = { "drv.driver-notifications.2" },
        needs = { memory = true, notifications = "polling" },
        run = function(t)
            t:boot()
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "a-device-that-looks-unasked",
        requirement = "A device that finds buffers before their notification does not change the driver's duty.",
        clauses = { "drv.driver-notifications.3" },
        needs = { memory = true, notifications = "events" },
        device = { quirks = { "looks-without-notification" } },
        run = function(t)
            t:boot()
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
}
