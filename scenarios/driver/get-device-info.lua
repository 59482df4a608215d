-- What GET_DEVICE_INFO says bounds what a driver does.

local function with(change)
    return function(t)
        t:on_answer("GET_DEVICE_INFO", change)
        t:boot()
        t:quiet()
    end
end

return {
    {
        name = "nil-uuid",
        requirement = "A device without a UUID works like any other.",
        clauses = { "drv.get-device-info.1", "drv.get-device-info.2" },
        device = { quirks = { "uuid-nil" } },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "one-queue",
        requirement = "A driver that could use more queues stays below max_virtqueues.",
        clauses = { "drv.get-device-info.1", "drv.get-device-info.2" },
        run = with(function(f) f.max_virtqueues = 1 end),
    },
    {
        name = "admin-queues-counted",
        requirement = "Administration queues are among the max_virtqueues; no queue is beyond.",
        clauses = { "drv.get-device-info.3" },
        run = with(function(f)
            f.admin_vq_start = f.max_virtqueues
            f.admin_vq_count = 1
            f.max_virtqueues = f.max_virtqueues + 1
        end),
    },
    {
        name = "no-admin-queues",
        requirement = "With admin_vq_count 0 the start index means nothing.",
        clauses = { "drv.get-device-info.2" },
        run = with(function(f)
            f.admin_vq_start = f.max_virtqueues
            f.admin_vq_count = 0
        end),
    },
    {
        name = "other-vendor",
        requirement = "The vendor decides nothing about the transport.",
        clauses = { "drv.get-device-info.1" },
        run = with(function(f) f.vendor_id = 0xFFFFFFFF end),
    },
}
