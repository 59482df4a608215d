-- Configuration Semantics Profiles: generations, mismatches, and when EVENT_CONFIG is due.

local function read(t, offset, length)
    return t:GET_CONFIG{ offset = offset or 0, length = length or 1 }
end

local function room(t)
    return t.max_msg_size - #t:encode("SET_CONFIG", {})
end

local function flip(data)
    return (data:gsub(".", function(c)
        return string.char(c:byte() ~ 1)
    end))
end

-- A generation that is surely not the current one.
local function mismatch(generation)
    return generation ~ 0x5A5A5A5A
end

-- What every write here needs: where, the bytes there now, and other bytes for it.
local function target(t)
    local offset, length = t.writable[1], math.min(t.writable[2], room(t))
    local now = read(t, offset, length)
    return offset, length, now.data, flip(now.data)
end

-- A write as a driver of this profile makes it.
local function write(t, offset, data)
    local generation = t.strict and read(t, offset, #data).generation or 0
    return t:SET_CONFIG{ generation = generation, offset = offset, data = data }
end

-- A write with another generation than the current one, between reads.
local function write_mismatched(t, offset, data, generation)
    local current = read(t, offset, #data).generation
    generation = generation or mismatch(current)
    t:SET_CONFIG{ generation = generation, offset = offset, data = data }
    read(t, offset, #data)
    read(t, offset, #data)
end

-- The upper tester makes the device change its own configuration.
local function change(t, offset, data)
    local hex = data:gsub(".", function(c)
        return ("%02x"):format(c:byte())
    end)
    t:upper(("change-config %d %d %s"):format(t.dev, offset, hex))
end

-- Change what is at `offset` and read it before and after, as often as the judge needs.
local function change_and_read(t, offset, length, quietly)
    read(t, offset, length)
    local before = read(t, offset, length)
    change(t, offset, flip(before.data))
    if not quietly then
        t:expect("EVENT_CONFIG", {})
    end
    read(t, offset, length)
    read(t, offset, length)
    return before
end

return {
    {
        name = "mismatch-baseline",
        requirement = "In the baseline profile a write is applied whatever generation it carries.",
        clauses = { "dev.configuration-semantics-profiles.1",
            "dev.configuration-semantics-profiles.4" },
        needs = { writable = true, profile = "baseline" },
        run = function(t)
            t:init("driver-ok")
            local offset, length, old, new = target(t)
            for _, generation in ipairs{ 1, 0x80000000, 0xFFFFFFFF } do
                for _, data in ipairs{ new, old } do
                    write(t, offset, data)
                    write_mismatched(t, offset, data)
                    write_mismatched(t, offset, data, generation)
                    write_mismatched(t, offset, data, read(t, offset, length).generation)
                end
            end
        end,
    },
    {
        name = "any-generation-baseline",
        requirement = "A byte that takes a write at one generation takes it at every other.",
        clauses = { "dev.configuration-semantics-profiles.1",
            "dev.configuration-semantics-profiles.4" },
        needs = { config = 1, profile = "baseline" },
        run = function(t)
            t:init("driver-ok")
            for offset = 0, math.min(t.info.config_size, 64) - 1 do
                local now = read(t, offset)
                local answer = t:SET_CONFIG{ generation = now.generation, offset = offset,
                    data = now.data }
                if answer.length > 0 then
                    write_mismatched(t, offset, now.data, 0)
                    write_mismatched(t, offset, now.data)
                    return
                end
            end
            t:inconclusive("no byte of the configuration space takes a write")
        end,
    },
    {
        name = "mismatch-strict",
        requirement = "In the strict profile a write with another generation is rejected.",
        clauses = { "dev.configuration-semantics-profiles.1",
            "dev.configuration-semantics-profiles.5", "dev.configuration-semantics-profiles.12" },
        needs = { writable = true, profile = "strict" },
        run = function(t)
            t:init("driver-ok")
            local offset, length, old, new = target(t)
            write(t, offset, new)
            read(t, offset, length)
            write(t, offset, old)
            read(t, offset, length)
            write_mismatched(t, offset, new)
            local current = read(t, offset, length).generation
            for _, step in ipairs{ 1, -1, 0x10000, 0x80000000 } do
                write_mismatched(t, offset, new, current + step & 0xFFFFFFFF)
            end
            t:fence()
        end,
    },
    {
        name = "mismatch-strict-then-match",
        requirement = "After a rejected write, one with the current generation is taken as ever.",
        clauses = { "dev.configuration-semantics-profiles.12",
            "dev.configuration-semantics-profiles.2" },
        needs = { writable = true, profile = "strict" },
        run = function(t)
            t:init("driver-ok")
            local offset, length, old, new = target(t)
            write_mismatched(t, offset, new)
            write(t, offset, new)
            read(t, offset, length)
            write_mismatched(t, offset, old)
            write(t, offset, old)
            read(t, offset, length)
        end,
    },
    {
        name = "generation-in-every-answer",
        requirement = "Reads and writes carry the same generation unless something changed.",
        clauses = { "dev.configuration-semantics-profiles.2", "dev.get-config.1",
            "dev.set-config.1" },
        needs = { writable = true },
        run = function(t)
            t:init("features-ok")
            local offset, length, old, new = target(t)
            read(t, offset, length)
            for _, data in ipairs{ new, new, old, old } do
                write(t, offset, data)
                read(t, offset, length)
                read(t, offset, length)
            end
        end,
    },
    {
        name = "own-write-through-a-reset",
        requirement = "A device may restart its generation at a reset; reads stay truthful.",
        clauses = { "dev.configuration-semantics-profiles.2",
            "dev.configuration-semantics-profiles.11" },
        needs = { writable = true },
        run = function(t)
            t:init("features-ok")
            local offset, length, old, new = target(t)
            write(t, offset, new)
            read(t, offset, length)
            t:init("features-ok")
            read(t, offset, length)
            read(t, offset, length)
            write(t, offset, old)
            read(t, offset, length)
        end,
    },
    {
        name = "change-is-announced",
        requirement = "A device that changes its configuration changes the generation and says so.",
        clauses = { "dev.configuration-semantics-profiles.2",
            "dev.configuration-semantics-profiles.3", "dev.configuration-semantics-profiles.7" },
        needs = { upper = true, config = 1 },
        run = function(t)
            t:init("driver-ok")
            change_and_read(t, 0, math.min(8, t.info.config_size))
        end,
    },
    {
        name = "changes-in-a-row",
        requirement = "Several changes, here and there and back, each have generation and event.",
        clauses = { "dev.configuration-semantics-profiles.3",
            "dev.configuration-semantics-profiles.6", "dev.configuration-semantics-profiles.7" },
        needs = { upper = true, config = 1 },
        run = function(t)
            t:init("driver-ok")
            local last = t.info.config_size - 1
            for _, offset in ipairs{ 0, last // 2, last, last, last } do
                change_and_read(t, offset, 1)
            end
        end,
    },
    {
        name = "change-too-large-for-an-event",
        requirement = "A change that does not fit an event is announced and can be read.",
        clauses = { "dev.configuration-semantics-profiles.13",
            "dev.configuration-semantics-profiles.7", "dev.device-limits.1" },
        needs = { upper = true, config = 1 },
        run = function(t)
            local size = t.max_msg_size - #t:encode("EVENT_CONFIG", {}) + 1
            if size > t.info.config_size then
                t:skip("the configuration space fits an event")
            end
            t:init("driver-ok")
            change_and_read(t, 0, size)
        end,
    },
    {
        name = "change-before-driver-ok",
        requirement = "A change before DRIVER_OK, announced or not, changes the generation.",
        clauses = { "dev.configuration-semantics-profiles.3" },
        needs = { upper = true, config = 1 },
        run = function(t)
            t:init("features-ok")
            change_and_read(t, 0, 1, true)
        end,
    },
    {
        name = "change-while-inactive",
        requirement = "After a change at status 0, announced or not, the driver reads the new.",
        clauses = { "dev.configuration-semantics-profiles.2", "dev.set-device-status.4" },
        needs = { upper = true, config = 1 },
        run = function(t)
            t:init("features-ok")
            local before = read(t)
            t:reset()
            change(t, 0, flip(before.data))
            t:GET_DEVICE_STATUS{}
            t:init("features-ok")
            read(t)
            read(t)
        end,
    },
    {
        name = "stale-generation-strict",
        requirement = "In the strict profile a write that missed a change is rejected.",
        clauses = { "dev.configuration-semantics-profiles.12",
            "dev.configuration-semantics-profiles.3" },
        needs = { upper = true, writable = true, profile = "strict" },
        run = function(t)
            t:init("driver-ok")
            local offset, length, old, new = target(t)
            local stale = change_and_read(t, offset, length).generation
            t:SET_CONFIG{ generation = stale, offset = offset, data = old }
            read(t, offset, length)
            read(t, offset, length)
            write(t, offset, new)
            read(t, offset, length)
        end,
    },
    {
        name = "status-write-is-no-event",
        requirement = "No status that the driver writes comes back as an EVENT_CONFIG.",
        clauses = { "dev.configuration-semantics-profiles.9",
            "dev.configuration-semantics-profiles.8" },
        run = function(t)
            local driver = t.S.ACKNOWLEDGE | t.S.DRIVER
            -- What an event could report is known before and unchanged after.
            local function write(status)
                if t.info.config_size > 0 then
                    read(t, 0, 1)
                    read(t, 0, 1)
                end
                t:status(status)
                t:fence()
            end
            for _ = 1, 3 do
                t:init("acknowledge")
                write(driver)
                t:init("features")
                write(driver | t.S.FEATURES_OK)
                write(driver | t.S.FEATURES_OK | t.S.DRIVER_OK)
                t:fence()
            end
            t:reset()
            t:fence()
        end,
    },
    {
        name = "reading-is-no-event",
        requirement = "A status that did not change is not announced.",
        clauses = { "dev.configuration-semantics-profiles.8", "dev.get-device-status.1" },
        run = function(t)
            t:init("driver-ok")
            for _ = 1, 4 do
                t:GET_DEVICE_STATUS{}
                t:GET_DEVICE_INFO{}
                t:fence()
            end
        end,
    },
    {
        name = "needs-reset-is-announced",
        requirement = "DEVICE_NEEDS_RESET is announced after DRIVER_OK, with an empty range.",
        clauses = { "dev.configuration-semantics-profiles.8",
            "dev.configuration-semantics-profiles.10", "dev.get-device-status.2",
            "dev.error-signaling.2" },
        needs = { upper = true },
        run = function(t)
            t:init("driver-ok")
            t:upper("needs-reset " .. t.dev)
            if t:expect("EVENT_CONFIG", {}) then
                t:GET_DEVICE_STATUS{}
                t:init("driver-ok")
                t:GET_DEVICE_STATUS{}
            end
        end,
    },
    {
        name = "change-then-needs-reset",
        requirement = "A change and an error are told apart: only the change names a range.",
        clauses = { "dev.configuration-semantics-profiles.7",
            "dev.configuration-semantics-profiles.8", "dev.configuration-semantics-profiles.10" },
        needs = { upper = true, config = 1 },
        run = function(t)
            t:init("driver-ok")
            change_and_read(t, 0, 1)
            t:upper("needs-reset " .. t.dev)
            if t:expect("EVENT_CONFIG", { device_status = t:GET_DEVICE_STATUS{}.status }) then
                t:reset()
            end
        end,
    },
}
