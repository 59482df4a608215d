-- RESET_VQUEUE: only when negotiated, only the queue named, quiet and reconfigurable afterwards.

local function look(t, index)
    return t:GET_VQUEUE{ index = index or t.vq }
end

local function reset(t, index)
    look(t)
    t:RESET_VQUEUE{ index = index or t.vq }
    return look(t)
end

local ENABLED = 1 -- in the flags of GET_VQUEUE

-- The smallest size of a split queue that holds a request, so that it differs from the default.
local SMALL = 4

return {
    {
        name = "not-negotiated",
        requirement = "Without RING_RESET, RESET_VQUEUE is answered and does nothing.",
        clauses = { "dev.reset-vqueue.2", "dev.prose.empty-response" },
        needs = { queue = true },
        run = function(t)
            t:init("driver-ok", { features = {} })
            reset(t)
            reset(t, t.info.max_virtqueues)
            reset(t, 0xFFFFFFFF)
        end,
    },
    {
        name = "not-negotiated-io-goes-on",
        requirement = "Without RING_RESET, the queue still serves after RESET_VQUEUE.",
        clauses = { "dev.reset-vqueue.2", "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok", { features = {} })
            local r = t:ring(t.vq)
            if reset(t).flags & ENABLED ~= 0 then
                r:offer()
                r:kick()
                r:wait(1)
            end
        end,
    },
    {
        name = "disables-and-allows-setup",
        requirement = "RESET_VQUEUE disables an enabled queue, which can then be set up anew.",
        clauses = { "dev.reset-vqueue.3", "dev.set-vqueue.5" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok")
            reset(t)
            t:SET_VQUEUE(t:queue_setup{ flags = t.VQ.KEEP_DISABLED })
            look(t)
            t:SET_VQUEUE(t:queue_setup{ size = math.min(SMALL, look(t).max_size) })
            look(t)
        end,
    },
    {
        name = "again-and-again",
        requirement = "A queue can be reset and set up any number of times.",
        clauses = { "dev.reset-vqueue.3" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok")
            for _ = 1, 8 do
                reset(t)
                t:SET_VQUEUE(t:queue_setup{})
                look(t)
            end
        end,
    },
    {
        name = "disabled-queue",
        requirement = "Resetting a queue that is not enabled hurts nothing.",
        clauses = { "dev.reset-vqueue.3" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("features-ok")
            reset(t)
            t:SET_VQUEUE(t:queue_setup{ flags = t.VQ.KEEP_DISABLED })
            reset(t)
            reset(t)
            t:SET_VQUEUE(t:queue_setup{})
            look(t)
        end,
    },
    {
        name = "out-of-range",
        requirement = "RESET_VQUEUE for an index beyond the device's queues resets none.",
        clauses = { "dev.reset-vqueue.1" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok")
            local max = t.info.max_virtqueues
            for _, index in ipairs{ max, max + 1, t.vq + 0x10000, t.vq + 0x80000000,
                0xFFFFFFFF } do
                reset(t, index)
                look(t, index)
            end
        end,
    },
    {
        name = "unavailable-inside-range",
        requirement = "RESET_VQUEUE for an unavailable index below max_virtqueues is a no-op.",
        clauses = { "dev.reset-vqueue.1" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok")
            for index = 0, math.min(t.info.max_virtqueues, 64) - 1 do
                if look(t, index).max_size == 0 then
                    reset(t, index)
                    look(t, index)
                    return
                end
            end
            t:skip("every queue of this device is available")
        end,
    },
    {
        name = "one-queue-only",
        requirement = "RESET_VQUEUE leaves the device's other queues enabled.",
        clauses = { "dev.reset-vqueue.3" },
        needs = { queues = 2, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok", { queues = { t.vqs[1], t.vqs[2] } })
            look(t, t.vqs[2])
            reset(t, t.vqs[1])
            look(t, t.vqs[2])
            reset(t, t.vqs[2])
            look(t, t.vqs[2])
        end,
    },
    {
        name = "quiesced",
        requirement = "Once RESET_VQUEUE is answered the device uses no buffer of the old ring.",
        clauses = { "dev.prose.reset-vqueue-quiesced", "dev.reset-vqueue.3" },
        needs = { io = true, feature = "RING_RESET" },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            r:offer()
            r:kick()
            r:wait(1)
            r:offer()
            if reset(t).flags & ENABLED == 0 then
                t:event("EVENT_AVAIL", { vq_index = t.vq })
                t:fence()
                r:poll()
                look(t)
            end
        end,
    },
    {
        name = "reset-under-load",
        requirement = "RESET_VQUEUE behind a notification is answered after the queue is quiet.",
        clauses = { "dev.reset-vqueue.3", "dev.prose.reset-vqueue-quiesced" },
        needs = { io = true, feature = "RING_RESET" },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            for _ = 1, 4 do
                r:offer()
            end
            r:kick()
            reset(t)
            t:fence()
            r:poll()
            look(t)
        end,
    },
    {
        name = "io-after-setup",
        requirement = "A queue that was reset serves again at other addresses with another size.",
        clauses = { "dev.reset-vqueue.3", "dev.finalizing-initialization.2" },
        needs = { io = true, feature = "RING_RESET" },
        rings = { "packed", "packed-indirect" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            r:offer()
            r:kick()
            r:wait(1)
            if reset(t).flags & ENABLED ~= 0 then
                return
            end
            t:SET_VQUEUE(t:queue_setup{ size = math.min(SMALL, look(t).max_size) })
            if look(t).flags & ENABLED ~= 0 then
                r = t:ring(t.vq)
                r:offer()
                r:kick()
                r:wait(1)
            end
        end,
    },
}
