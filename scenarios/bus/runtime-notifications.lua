-- Notifications at run time: each arrives once, by one path.

return {
    {
        name = "each-notification-once",
        requirement = "Each EVENT_AVAIL, EVENT_USED and EVENT_CONFIG arrives as exactly one event.",
        clauses = { "bus.runtime-notifications.3", "bus.runtime-notifications.4" },
        needs = { queue = true, notifications = "events" },
        run = function(t)
            t:init("driver-ok")
            for _ = 1, 5 do
                t:event("EVENT_AVAIL", { vq_index = t.vq })
                t.far:say("EVENT_USED", { vq_index = t.vq })
                t.far:say("EVENT_CONFIG", { device_status = 15 })
                t:fence()
            end
            t:quiet()
            t:fence()
        end,
    },
    {
        name = "notifications-in-a-row",
        requirement = "Many notifications at once are neither lost nor doubled.",
        clauses = { "bus.runtime-notifications.3", "bus.runtime-notifications.4" },
        needs = { queue = true, notifications = "events" },
        run = function(t)
            t:init("driver-ok")
            for n = 0, 49 do
                t:event("EVENT_AVAIL", { vq_index = n })
                t.far:say("EVENT_USED", { vq_index = n })
            end
            t:fence()
            t:quiet()
            t:fence()
        end,
    },
    {
        name = "real-io",
        requirement = "Buffers that are made available and announced are used, and the use is "
            .. "announced once.",
        clauses = { "bus.runtime-notifications.3", "bus.runtime-notifications.4" },
        needs = { io = true, notifications = "events" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            for n = 1, 4 do
                r:offer()
                r:kick()
                r:wait(n)
            end
            t:fence()
        end,
    },
    {
        name = "polling-only",
        requirement = "In polling mode the bus makes no EVENT_AVAIL and no EVENT_USED of its own.",
        clauses = { "bus.runtime-notifications.6" },
        needs = { io = true, notifications = "polling" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            for n = 1, 4 do
                r:offer()
                r:wait(n)
            end
            t:fence()
            t:quiet()
        end,
    },
}
