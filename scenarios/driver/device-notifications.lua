-- What a driver makes of EVENT_CONFIG and EVENT_USED ("Device Notifications").

local MORE_THAN_FIT = 40 -- buffers for a queue of 8

-- Make buffers available, as many as the queue takes and some more, each after the former was used.
local function go_around(t)
    t:on_answer("GET_VQUEUE", function(f) f.max_size = math.min(f.max_size, 8) end)
    t:boot()
    t:quiet()
    for _ = 1, MORE_THAN_FIT do
        if not t:kick(0) then
            break
        end
    end
    t:quiet()
end

local function change(t)
    t:device(("change-config %d 46 77"):format(t.dev))
end

return {
    {
        name = "event-with-data",
        requirement = "An EVENT_CONFIG with data is enough, and the driver may read again all the same.",
        clauses = { "drv.device-notifications.1", "drv.mandatory.1" },
        needs = { model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
            change(t)
            t:quiet()
        end,
    },
    {
        name = "event-without-data",
        requirement = "After an EVENT_CONFIG without data the driver reads the configuration.",
        clauses = { "drv.device-notifications.1" },
        needs = { model = "block" },
        device = { quirks = { "event-config-no-data" } },
        run = function(t)
            t:boot()
            t:quiet()
            change(t)
            t:await("GET_CONFIG")
            t:quiet()
        end,
    },
    {
        name = "event-of-no-range",
        requirement = "After an EVENT_CONFIG with offset and length 0 the driver reads what it uses.",
        clauses = { "drv.device-notifications.2", "drv.device-notifications.1" },
        needs = { model = "block" },
        device = { quirks = { "event-config-generic" } },
        run = function(t)
            t:boot()
            t:quiet()
            change(t)
            t:await("GET_CONFIG")
            t:quiet()
        end,
    },
    {
        name = "many-events",
        requirement = "A device that changes without rest is kept up with.",
        clauses = { "drv.device-notifications.1" },
        needs = { model = "block" },
        device = { quirks = { "event-config-generic" } },
        run = function(t)
            t:boot()
            t:quiet()
            for _ = 1, 20 do
                change(t)
            end
            t:await("GET_CONFIG")
            t:quiet()
        end,
    },
    {
        name = "used-buffers-are-taken-back",
        requirement = "After EVENT_USED the driver looks at the queue and takes used buffers back.",
        clauses = { "drv.device-notifications.3" },
        needs = { memory = true, upper = true, notifications = "events" },
        run = go_around,
    },
    {
        name = "used-buffers-of-packed-queues",
        requirement = "Packed virtqueues, where they are taken, are gone around like others.",
        clauses = { "drv.device-notifications.3", "drv.driver-notifications.3" },
        needs = { memory = true, upper = true, notifications = "events" },
        device = { quirks = { "packed" } },
        run = go_around,
    },
    {
        name = "any-token-in-events",
        requirement = "The token of an event means nothing to the driver.",
        clauses = { "drv.common-message-format.5", "drv.device-notifications.3" },
        needs = { memory = true, upper = true, notifications = "events" },
        run = function(t)
            t:on_event("EVENT_USED", function(f)
                return t:encode("EVENT_USED", f, { token = 0xBEEF })
            end)
            go_around(t)
        end,
    },
    {
        name = "coalesced",
        requirement = "One EVENT_USED may stand for several buffers.",
        clauses = { "drv.device-notifications.3" },
        needs = { memory = true, upper = true, notifications = "events" },
        device = { quirks = { "coalesces-event-used" } },
        run = go_around,
    },
    {
        name = "spurious",
        requirement = "An EVENT_USED for nothing does no harm.",
        clauses = { "drv.device-notifications.3" },
        needs = { memory = true, upper = true, notifications = "events" },
        device = { quirks = { "spurious-event-used" } },
        run = go_around,
    },
    {
        name = "for-no-queue",
        requirement = "An EVENT_USED for a queue that does not exist does no harm.",
        clauses = { "drv.device-notifications.3" },
        needs = { memory = true, upper = true, notifications = "events" },
        run = function(t)
            t:on_request("EVENT_AVAIL", function()
                for _, index in ipairs{ 3, 4, 5, 0xFFFF, 0x10000, 0xFFFFFFFF } do
                    t:say("EVENT_USED", { vq_index = index })
                end
            end)
            go_around(t)
        end,
    },
    {
        name = "used-without-events",
        requirement = "With polling the driver takes used buffers back without any EVENT_USED.",
        clauses = { "drv.device-notifications.4" },
        needs = { memory = true, upper = true, notifications = "polling" },
        run = go_around,
    },
}
