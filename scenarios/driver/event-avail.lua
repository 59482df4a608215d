-- What EVENT_AVAIL says (EVENT_AVAIL).

local clauses = { "drv.event-avail.1", "drv.event-avail.2" }

local function without_notification_data(t)
    t:on_answer("GET_DEVICE_FEATURES", function(f)
        local i = t.F.NOTIFICATION_DATA // 32 - f.block_index + 1
        if i >= 1 and i <= #f.features then
            f.features[i] = f.features[i] & ~(1 << t.F.NOTIFICATION_DATA % 32)
        end
    end)
end

local function kicks(t)
    t:boot()
    t:quiet()
    for _ = 1, 5 do
        t:try_kick(0)
    end
    t:quiet()
end

return {
    {
        name = "as-negotiated",
        requirement = "EVENT_AVAIL names the queue, and next_offset as the features say.",
        clauses = clauses,
        needs = { notifications = "events" },
        run = kicks,
    },
    {
        name = "without-notification-data",
        requirement = "Without VIRTIO_F_NOTIFICATION_DATA next_offset is zero.",
        clauses = clauses,
        needs = { notifications = "events" },
        run = function(t)
            without_notification_data(t)
            kicks(t)
        end,
    },
    {
        name = "packed-queues",
        requirement = "With packed virtqueues, where they are taken, next_offset carries offset and wrap counter.",
        clauses = clauses,
        needs = { notifications = "events" },
        device = { quirks = { "packed" } },
        run = kicks,
    },
    {
        name = "several-queues",
        requirement = "EVENT_AVAIL names the queue that has new buffers.",
        clauses = clauses,
        needs = { notifications = "events", upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
            for _ = 1, 3 do
                for vq = 2, 0, -1 do
                    t:try_kick(vq)
                end
            end
            t:quiet()
        end,
    },
    {
        name = "around-the-ring",
        requirement = "next_offset follows the ring around its end.",
        clauses = clauses,
        needs = { notifications = "events", upper = true, memory = true },
        run = function(t)
            t:on_answer("GET_VQUEUE", function(f) f.max_size = math.min(f.max_size, 8) end)
            t:boot()
            t:quiet()
            for _ = 1, 20 do
                if not t:kick(0) then
                    break
                end
            end
            t:quiet()
        end,
    },
}
