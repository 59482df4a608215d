-- Finalizing Initialization, device side: no I/O before DRIVER_OK, all of it afterwards.

local function run_one(r, total)
    r:offer()
    r:kick()
    return r:wait(total)
end

return {
    {
        name = "notified-before-driver-ok",
        requirement = "A notification before DRIVER_OK starts nothing; after DRIVER_OK it does.",
        clauses = { "dev.finalizing-initialization.1", "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "indirect", "packed", "packed-indirect" },
        run = function(t)
            t:init("queues")
            local r = t:ring(t.vq)
            r:offer()
            t:fence()
            r:poll()
            for _ = 1, 8 do -- a device that serves on a thread of its own needs a moment for its mistake
                r:kick()
                t:fence()
                r:poll()
            end
            t:status(t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK | t.S.DRIVER_OK)
            r:kick()
            r:wait(1)
        end,
    },
    {
        name = "begins-with-driver-ok",
        requirement = "Once DRIVER_OK is set the device uses the buffers that it is notified of.",
        clauses = { "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "indirect", "packed" },
        run = function(t)
            t:init("driver-ok")
            run_one(t:ring(t.vq), 1)
        end,
    },
    {
        name = "with-notification-data",
        requirement = "With NOTIFICATION_DATA negotiated the device is notified and serves.",
        clauses = { "dev.finalizing-initialization.2" },
        needs = { io = true, feature = "NOTIFICATION_DATA" },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok", { features = { t.F.NOTIFICATION_DATA } })
            local r = t:ring(t.vq)
            for n = 1, 4 do
                run_one(r, n)
            end
        end,
    },
    {
        name = "queue-left-disabled",
        requirement = "A queue that is configured but not enabled is not served.",
        clauses = { "dev.get-vqueue.3", "dev.prose.event-used-queue" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            t:SET_VQUEUE(t:queue_setup{ flags = t.VQ.KEEP_DISABLED })
            t:status(t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK | t.S.DRIVER_OK)
            t:event("EVENT_AVAIL", { vq_index = t.vq })
            t:fence()
            t:GET_VQUEUE{ index = t.vq }
        end,
    },
}
