-- SET_VQUEUE: all or nothing, ignore bits, state operations, and what must change nothing.

local function look(t, index)
    return t:GET_VQUEUE{ index = index or t.vq }
end

-- Send one SET_VQUEUE between two looks at the queue.
local function set(t, overrides)
    look(t)
    t:SET_VQUEUE(t:queue_setup(overrides))
    return look(t)
end

-- The sixteen combinations of the four ignore bits.
local function ignore_combinations(t)
    local list = {}
    for n = 0, 15 do
        list[#list + 1] = ((n & 1 ~= 0) and t.VQ.IGNORE_SIZE or 0)
            | ((n & 2 ~= 0) and t.VQ.IGNORE_DESC or 0)
            | ((n & 4 ~= 0) and t.VQ.IGNORE_DRIVER or 0)
            | ((n & 8 ~= 0) and t.VQ.IGNORE_DEVICE or 0)
    end
    return list
end

local function ignore_all(t)
    return t.VQ.IGNORE_SIZE | t.VQ.IGNORE_DESC | t.VQ.IGNORE_DRIVER | t.VQ.IGNORE_DEVICE
end

-- A valid size (a power of two) that differs from the queue's current one where it can.
local function other_size(t)
    local q = look(t)
    local size = 1
    while size * 2 <= q.max_size and size < 64 do
        size = size * 2
    end
    if size == q.cur_size and size > 1 then
        size = size // 2
    end
    return size
end

-- Indexes at or beyond max_virtqueues, among them those that a narrow integer takes for t.vq.
local function beyond(t)
    local list = {}
    for _, index in ipairs{ t.info.max_virtqueues, t.info.max_virtqueues + 1, t.vq + 0x100,
        t.vq + 0x10000, t.vq + 0x80000000, 0xFFFFFFFF } do
        if index >= t.info.max_virtqueues then
            list[#list + 1] = index
        end
    end
    return list
end

return {
    {
        name = "configure-then-enable",
        requirement = "A queue is configured while disabled, then enabled with all fields kept.",
        clauses = { "dev.set-vqueue.5", "dev.set-vqueue.7", "dev.get-vqueue.1" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.KEEP_DISABLED })
            set(t, { flags = t.VQ.ENABLE | ignore_all(t) })
        end,
    },
    {
        name = "state-operations-disabled",
        requirement = "States 0 and 2 leave a disabled queue disabled, state 1 enables it.",
        clauses = { "dev.set-vqueue.5", "dev.set-vqueue.7", "dev.get-vqueue.3" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.KEEP })
            set(t, { flags = t.VQ.KEEP_DISABLED })
            set(t, { flags = t.VQ.KEEP | ignore_all(t) })
            set(t, { flags = t.VQ.KEEP_DISABLED | ignore_all(t) })
            set(t, { flags = t.VQ.ENABLE | ignore_all(t) })
        end,
    },
    {
        name = "keep-disabled-on-enabled",
        requirement = "State 0 for an enabled queue changes nothing, whatever fields come with it.",
        clauses = { "dev.set-vqueue.3", "dev.set-vqueue.7" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.ENABLE })
            for _, ignore in ipairs(ignore_combinations(t)) do
                set(t, { flags = t.VQ.KEEP_DISABLED | ignore, size = other_size(t) })
            end
        end,
    },
    {
        name = "ignore-bits",
        requirement = "Each combination of ignore bits keeps what it names and applies the rest.",
        clauses = { "dev.set-vqueue.5", "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, state in ipairs{ t.VQ.KEEP_DISABLED, t.VQ.KEEP } do
                for _, ignore in ipairs(ignore_combinations(t)) do
                    set(t, { flags = state | ignore, size = other_size(t) })
                end
            end
        end,
    },
    {
        name = "ignore-bits-enable",
        requirement = "Enabling applies the fields that are not ignored and keeps the others.",
        clauses = { "dev.set-vqueue.5", "dev.set-vqueue.7" },
        needs = { queue = true },
        run = function(t)
            for _, ignore in ipairs{ 0, t.VQ.IGNORE_SIZE, t.VQ.IGNORE_DESC, t.VQ.IGNORE_DRIVER,
                t.VQ.IGNORE_DEVICE } do
                t:init("features-ok")
                set(t, { flags = t.VQ.KEEP_DISABLED })
                set(t, { flags = t.VQ.ENABLE | ignore, size = other_size(t) })
            end
        end,
    },
    {
        name = "ignored-fields-may-be-anything",
        requirement = "A field that is ignored cannot make the update fail.",
        clauses = { "dev.set-vqueue.5" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.KEEP_DISABLED })
            local state = t.VQ.KEEP_DISABLED
            set(t, { flags = state | t.VQ.IGNORE_SIZE, size = 0xFFFFFFFF })
            set(t, { flags = state | t.VQ.IGNORE_SIZE, size = 0 })
            set(t, { flags = state | t.VQ.IGNORE_DESC, desc_addr = 1 })
            set(t, { flags = state | t.VQ.IGNORE_DRIVER, driver_addr = 1 })
            set(t, { flags = state | t.VQ.IGNORE_DEVICE, device_addr = 1 })
            set(t, { flags = t.VQ.ENABLE | ignore_all(t), size = 0xFFFFFFFF, desc_addr = 1,
                driver_addr = 1, device_addr = 1 })
        end,
    },
    {
        name = "unavailable-index",
        requirement = "SET_VQUEUE for an index beyond the device's queues changes no queue.",
        clauses = { "dev.set-vqueue.1", "dev.get-vqueue.2" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            for _, flags in ipairs{ t.VQ.KEEP_DISABLED, t.VQ.ENABLE } do
                set(t, { flags = flags })
                for _, index in ipairs(beyond(t)) do
                    look(t)
                    t:SET_VQUEUE(t:queue_setup{ index = index, size = other_size(t) })
                    look(t, index)
                    look(t)
                end
            end
        end,
    },
    {
        name = "unavailable-inside-range",
        requirement = "SET_VQUEUE for an unavailable index below max_virtqueues is a no-op.",
        clauses = { "dev.set-vqueue.1", "dev.get-vqueue.2" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            for index = 0, math.min(t.info.max_virtqueues, 64) - 1 do
                if look(t, index).max_size == 0 then
                    set(t, { index = index, size = other_size(t) })
                    look(t, index)
                    return
                end
            end
            t:skip("every queue of this device is available")
        end,
    },
    {
        name = "reserved-nonzero",
        requirement = "SET_VQUEUE with a non-zero reserved field changes nothing and is answered.",
        clauses = { "dev.set-vqueue.2", "dev.prose.empty-response" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local function try_all()
                for _, reserved in ipairs{ 1, 0x100, 0x80000000, 0xFFFFFFFF } do
                    local size = other_size(t)
                    set(t, { flags = t.VQ.KEEP_DISABLED, size = size, reserved = reserved })
                    set(t, { flags = t.VQ.ENABLE, size = size, reserved = reserved })
                    set(t, { flags = t.VQ.ENABLE | ignore_all(t), reserved = reserved })
                end
            end
            try_all()
            set(t, { flags = t.VQ.KEEP_DISABLED })
            try_all()
        end,
    },
    {
        name = "reserved-flag-bits",
        requirement = "SET_VQUEUE with any of the reserved flag bits 31:6 changes nothing.",
        clauses = { "dev.set-vqueue.2" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.KEEP_DISABLED | 1 << 6 })
            set(t, { flags = t.VQ.ENABLE | 0xFFFFFFC0 })
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for bit = 6, 31 do
                set(t, { flags = t.VQ.ENABLE | 1 << bit, size = other_size(t) })
            end
        end,
    },
    {
        name = "state-three",
        requirement = "SET_VQUEUE with the reserved state operation 3 changes nothing.",
        clauses = { "dev.set-vqueue.2" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.STATE_BAD })
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, ignore in ipairs(ignore_combinations(t)) do
                set(t, { flags = t.VQ.STATE_BAD | ignore, size = other_size(t) })
            end
        end,
    },
    {
        name = "reserved-on-enabled",
        requirement = "Reserved values leave an enabled queue enabled and as it was.",
        clauses = { "dev.set-vqueue.2" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.ENABLE })
            for _, ignore in ipairs{ 0, ignore_all(t) } do
                set(t, { flags = t.VQ.KEEP_DISABLED | ignore, reserved = 1 })
                set(t, { flags = t.VQ.KEEP | ignore, reserved = 1 })
                set(t, { flags = t.VQ.ENABLE | ignore | 1 << 6 })
                set(t, { flags = t.VQ.KEEP | ignore | 1 << 31 })
                set(t, { flags = t.VQ.STATE_BAD | ignore })
            end
        end,
    },
    {
        name = "size-zero",
        requirement = "A queue size of 0 is not taken, and nothing of its request is.",
        clauses = { "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.ENABLE, size = 0 })
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, state in ipairs{ t.VQ.KEEP_DISABLED, t.VQ.KEEP, t.VQ.ENABLE } do
                set(t, { flags = state, size = 0 })
                set(t, { flags = state | ignore_all(t) & ~t.VQ.IGNORE_SIZE, size = 0 })
            end
        end,
    },
    {
        name = "size-beyond-maximum",
        requirement = "A queue size above max_size is not taken, and nothing of its request is.",
        clauses = { "dev.set-vqueue.4", "dev.get-vqueue.1" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local max = look(t).max_size
            set(t, { flags = t.VQ.ENABLE, size = max + 1 })
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, size in ipairs{ max + 1, max * 2, 0x10000 + max, 0x80000000, 0xFFFFFFFF } do
                set(t, { flags = t.VQ.KEEP_DISABLED, size = size })
                set(t, { flags = t.VQ.ENABLE, size = size })
            end
        end,
    },
    {
        name = "bad-size-with-each-field",
        requirement = "A size that is not taken takes the addresses and the state with it.",
        clauses = { "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local bad = look(t).max_size + 1
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, ignore in ipairs(ignore_combinations(t)) do
                set(t, { flags = t.VQ.ENABLE | ignore & ~t.VQ.IGNORE_SIZE, size = bad })
            end
            set(t, { flags = t.VQ.ENABLE })
        end,
    },
    {
        name = "size-no-power-of-two",
        requirement = "A size that is no power of two is taken with all its request or not at all.",
        clauses = { "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local max = look(t).max_size
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, size in ipairs{ 3, max - 1, max // 2 + 1 } do
                if size > 0 and size <= max then
                    set(t, { flags = t.VQ.KEEP_DISABLED, size = size })
                    set(t, { flags = t.VQ.KEEP, size = size })
                end
            end
        end,
    },
    {
        name = "misaligned-address",
        requirement = "A misaligned address is taken with all its request or not at all.",
        clauses = { "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.KEEP_DISABLED })
            for _, field in ipairs{ "desc_addr", "driver_addr", "device_addr" } do
                for _, off in ipairs{ 1, 2, 3 } do
                    local request = t:queue_setup{ flags = t.VQ.KEEP_DISABLED,
                        size = other_size(t) }
                    request[field] = request[field] + off
                    look(t)
                    t:SET_VQUEUE(request)
                    look(t)
                end
            end
        end,
    },
    {
        name = "two-bad-parts",
        requirement = "Several invalid parts in one request change nothing, like one of them.",
        clauses = { "dev.set-vqueue.2", "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local max = look(t).max_size
            set(t, { flags = t.VQ.KEEP_DISABLED })
            set(t, { flags = t.VQ.STATE_BAD, reserved = 1 })
            set(t, { flags = t.VQ.STATE_BAD | 1 << 6, reserved = 1, size = 0 })
            set(t, { flags = t.VQ.ENABLE | 1 << 31, size = max + 1 })
            set(t, { flags = t.VQ.ENABLE, reserved = 1, size = 0 })
            set(t, { flags = 0xFFFFFFFF, reserved = 0xFFFFFFFF, size = 0xFFFFFFFF })
        end,
    },
    {
        name = "update-enabled",
        requirement = "An enabled queue takes no new size or address, whatever the others do.",
        clauses = { "dev.set-vqueue.6", "dev.set-vqueue.7", "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.ENABLE })
            for _, state in ipairs{ t.VQ.ENABLE, t.VQ.KEEP } do
                for _, ignore in ipairs(ignore_combinations(t)) do
                    set(t, { flags = state | ignore, size = other_size(t) })
                end
            end
        end,
    },
    {
        name = "enable-unconfigured",
        requirement = "Enabling a queue that was never configured happens as asked or not at all.",
        clauses = { "dev.set-vqueue.4" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            set(t, { flags = t.VQ.ENABLE | ignore_all(t) })
            t:reset()
        end,
    },
    {
        name = "one-queue-only",
        requirement = "SET_VQUEUE changes the queue that it names and no other.",
        clauses = { "dev.set-vqueue.4", "dev.set-vqueue.5", "dev.get-vqueue.1" },
        needs = { queues = 2 },
        run = function(t)
            t:init("features-ok")
            for _, flags in ipairs{ t.VQ.KEEP_DISABLED, t.VQ.KEEP, t.VQ.ENABLE } do
                for _, index in ipairs{ t.vqs[1], t.vqs[2] } do
                    t:SET_VQUEUE(t:queue_setup{ index = index, flags = flags })
                    look(t, t.vqs[1])
                    look(t, t.vqs[2])
                end
            end
        end,
    },
    {
        name = "provision-later",
        requirement = "A queue that was left unused is set up whole or not at all after DRIVER_OK.",
        clauses = { "dev.set-vqueue.4", "dev.get-vqueue.1" },
        needs = { queues = 2 },
        run = function(t)
            t:init("driver-ok", { queues = { t.vqs[1] } })
            look(t, t.vqs[2])
            t:SET_VQUEUE(t:queue_setup{ index = t.vqs[2] })
            look(t, t.vqs[2])
            look(t, t.vqs[1])
        end,
    },
    {
        name = "bad-then-good-pipelined",
        requirement = "An update that is refused does not spoil the valid one right behind it.",
        clauses = { "dev.set-vqueue.2", "dev.set-vqueue.4", "dev.ordering.1" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            look(t)
            local sent = {
                t:send("SET_VQUEUE", t:queue_setup{ reserved = 1 }),
                t:send("SET_VQUEUE", t:queue_setup{ flags = t.VQ.KEEP_DISABLED }),
                t:send("SET_VQUEUE", t:queue_setup{ flags = t.VQ.STATE_BAD }),
                t:send("GET_VQUEUE", { index = t.vq }),
            }
            for _, handle in ipairs(sent) do
                t:await(handle)
            end
            look(t)
        end,
    },
}
