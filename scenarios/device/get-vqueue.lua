-- GET_VQUEUE: accurate maxima, sizes and states, and the sentinel for what is not available.

local function look(t, index)
    return t:GET_VQUEUE{ index = index or t.vq }
end

return {
    {
        name = "unconfigured",
        requirement = "A queue that was not configured shows its maximum and a current size of 0.",
        clauses = { "dev.get-vqueue.1", "dev.get-vqueue.3" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            look(t)
            look(t)
        end,
    },
    {
        name = "configured",
        requirement = "GET_VQUEUE shows the size, addresses and state that were set.",
        clauses = { "dev.get-vqueue.1", "dev.get-vqueue.3" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local size, max = 1, look(t).max_size
            while size <= max do
                t:SET_VQUEUE(t:queue_setup{ flags = t.VQ.KEEP_DISABLED, size = size })
                look(t)
                size = size * 2
            end
            t:SET_VQUEUE(t:queue_setup{ flags = t.VQ.ENABLE })
            look(t)
        end,
    },
    {
        name = "through-a-reset",
        requirement = "A reset leaves a queue its maximum and nothing else that was set.",
        clauses = { "dev.get-vqueue.1", "dev.get-vqueue.3" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            look(t)
            t:init("driver-ok")
            look(t)
            t:init("features-ok")
            look(t)
        end,
    },
    {
        name = "sentinel-beyond-range",
        requirement = "An index at or beyond max_virtqueues is answered with the zero sentinel.",
        clauses = { "dev.get-vqueue.2", "dev.prose.response-echo" },
        run = function(t)
            t:init("features-ok")
            local max = t.info.max_virtqueues
            for _, index in ipairs{ max, max + 1, max + 0xFF, max + 0x10000, 0x80000000 | max,
                0xFFFFFFFE, 0xFFFFFFFF } do
                look(t, index)
            end
        end,
    },
    {
        name = "sentinel-is-no-alias",
        requirement = "An index out of range never shows the queue of its lower bits.",
        clauses = { "dev.get-vqueue.2" },
        needs = { queue = true },
        run = function(t)
            t:init("queues")
            look(t)
            for _, step in ipairs{ 0x100, 0x10000, 0x1000000, 0x80000000 } do
                look(t, t.vq + step)
            end
            look(t)
        end,
    },
    {
        name = "walk",
        requirement = "Every index in range is a queue with a maximum, or the sentinel.",
        clauses = { "dev.get-vqueue.1", "dev.get-vqueue.2", "dev.get-vqueue.3" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local max = t.info.max_virtqueues
            for index = 0, math.min(max, 64) - 1 do
                look(t, index)
            end
            for index = math.max(64, max - 4), max do
                look(t, index)
            end
        end,
    },
    {
        name = "admin-range",
        requirement = "Administration queues are queried like the others and end where they end.",
        clauses = { "dev.get-vqueue.1", "dev.get-device-info.4" },
        run = function(t)
            if t.info.admin_vq_count == 0 then
                t:skip("the device has no administration virtqueues")
            end
            t:init("features-ok")
            local first = t.info.admin_vq_start
            for index = first, first + math.min(t.info.admin_vq_count, 64) - 1 do
                look(t, index)
            end
            look(t, first + t.info.admin_vq_count)
        end,
    },
}
