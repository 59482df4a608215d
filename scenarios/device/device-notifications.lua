-- Device Notifications: EVENT_USED for used buffers, suppression, polling, broken rings.

-- What a device may do with a broken ring is its own affair; its status and its reset are not.
local function break_and_recover(t, how)
    t:init("driver-ok")
    local r = t:ring(t.vq)
    r:offer()
    r:kick()
    r:wait(1)
    r:corrupt(how)
    r:kick()
    t:fence()
    t:GET_DEVICE_STATUS{}
    t:GET_VQUEUE{ index = t.vq }
    t:GET_DEVICE_STATUS{}
    t:init("features-ok")
    if t:GET_VQUEUE{ index = t.vq }.flags == 0 then
        t:init("driver-ok")
        r = t:ring(t.vq)
        r:offer()
        r:kick()
        r:wait(1)
    end
end

return {
    {
        name = "buffer-after-buffer",
        requirement = "Buffers that are offered one after the other are each announced.",
        clauses = { "dev.device-notifications.1", "dev.prose.event-used-queue" },
        needs = { io = true, notifications = "events" },
        rings = { "indirect", "packed", "packed-indirect" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            for n = 1, 8 do
                r:offer()
                r:kick()
                r:wait(n)
                t:expect("EVENT_USED", { vq_index = t.vq })
            end
        end,
    },
    {
        name = "many-at-once",
        requirement = "Many buffers behind one notification are all used and announced.",
        clauses = { "dev.device-notifications.1", "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "indirect", "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            for _ = 1, 4 do
                r:offer()
            end
            r:kick()
            r:wait(4)
        end,
    },
    {
        name = "ring-wraps",
        requirement = "Notifications go on when the ring wraps around.",
        clauses = { "dev.device-notifications.1", "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "indirect", "packed", "packed-indirect" },
        run = function(t)
            t:init("driver-ok", { size = 8 })
            local r = t:ring(t.vq)
            for n = 1, 12 do
                r:offer()
                r:offer()
                r:kick()
                r:wait(2 * n)
                t:fence() -- so that an event of this round does not pass for one of the next
            end
        end,
    },
    {
        name = "suppressed-and-asked-for-again",
        requirement = "With notifications suppressed buffers are used; asked for again, they come.",
        clauses = { "dev.device-notifications.1", "dev.finalizing-initialization.2" },
        needs = { io = true, notifications = "events" },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            r:suppress(true)
            for n = 1, 4 do
                r:offer()
                r:kick()
                r:wait(n)
            end
            t:fence()
            r:suppress(false)
            r:offer()
            r:kick()
            r:wait(5)
            t:expect("EVENT_USED", { vq_index = t.vq })
        end,
    },
    {
        name = "event-index",
        requirement = "With EVENT_IDX negotiated, buffers are used as ever.",
        clauses = { "dev.finalizing-initialization.2" },
        needs = { io = true, feature = "EVENT_IDX" },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok", { features = { t.F.EVENT_IDX } })
            local r = t:ring(t.vq)
            for n = 1, 4 do
                r:offer()
                r:kick()
                r:wait(n)
            end
        end,
    },
    {
        name = "polling",
        requirement = "In polling mode buffers are used without EVENT_AVAIL; EVENT_USED may come.",
        clauses = { "dev.device-notifications.2" },
        needs = { io = true, notifications = "polling" },
        rings = { "packed" },
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
        name = "completion-on-command",
        requirement = "A buffer that the device finishes when told to is announced for its queue.",
        clauses = { "dev.device-notifications.1", "dev.prose.event-used-queue" },
        needs = { upper = true, io = true, notifications = "events" },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            r:offer()
            t:upper(("complete %d %d"):format(t.dev, t.vq))
            r:wait(1)
            t:expect("EVENT_USED", { vq_index = t.vq })
        end,
    },
    {
        name = "completion-without-memory",
        requirement = "Without shared memory a device that is told to still announces a buffer.",
        clauses = { "dev.device-notifications.1", "dev.prose.event-used-queue" },
        needs = { upper = true, queue = true, notifications = "events" },
        run = function(t)
            if t.mem_size > 0 then
                t:skip("memory is shared with the SUT")
            end
            t:init("driver-ok")
            t:upper(("complete %d %d"):format(t.dev, t.vq))
            t:expect("EVENT_USED", { vq_index = t.vq })
        end,
    },
    {
        name = "notified-of-nothing",
        requirement = "A notification without a new buffer uses none and hurts nothing.",
        clauses = { "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            t:event("EVENT_AVAIL", { vq_index = t.vq })
            t:fence()
            r:offer()
            r:kick()
            r:wait(1)
            t:event("EVENT_AVAIL", { vq_index = t.vq })
            t:fence()
            r:poll()
        end,
    },
    {
        name = "broken-ring-index",
        requirement = "An available index beyond the queue leaves the device resettable.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.2", "dev.error-signaling.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            break_and_recover(t, "index")
        end,
    },
    {
        name = "broken-ring-address",
        requirement = "A buffer outside memory leaves the device resettable.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.2", "dev.error-signaling.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            break_and_recover(t, "address")
        end,
    },
    {
        name = "broken-ring-loop",
        requirement = "A descriptor chain without end leaves the device resettable.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.2", "dev.error-signaling.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            break_and_recover(t, "loop")
        end,
    },
    {
        name = "broken-table-address",
        requirement = "A table of descriptors outside memory leaves the device resettable.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.2", "dev.error-signaling.2" },
        needs = { io = true, rings = "indirect" },
        rings = { "packed-indirect" },
        run = function(t)
            break_and_recover(t, "table")
        end,
    },
    {
        name = "broken-table-length",
        requirement = "A table that ends within a descriptor leaves the device resettable.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.2", "dev.error-signaling.2" },
        needs = { io = true, rings = "indirect" },
        rings = { "packed-indirect" },
        run = function(t)
            break_and_recover(t, "table-cut")
        end,
    },
}
