-- How a driver keeps up with configuration, and writes it ("Configuration Semantics Profiles").

local WRITE = "set-config %d 32 %s" -- writeback of a block device

-- A write by the driver's user, seen by the device.
local function write(t, hex)
    t:upper(WRITE:format(t.dev, hex))
    if t:count("SET_CONFIG") == 0 then
        t:await("SET_CONFIG")
    end
    t:quiet()
end

-- Until the driver has certainly taken in what was sent to it before.
local function heard(t)
    for _ = 1, 3 do
        t:upper("status " .. t.dev)
        t:quiet()
    end
    t:idle()
end

-- The device changes a byte that a driver of block devices does not live by.
local function change(t, hex)
    t:device(("change-config %d 46 %s"):format(t.dev, hex))
end

return {
    {
        name = "changes-while-it-is-read",
        requirement = "A space that changes between two parts of a read is read again.",
        clauses = { "drv.configuration-semantics-profiles.3" },
        needs = { model = "block" },
        max_msg_size = 52,
        run = function(t)
            local changed = false
            t:on_request("GET_CONFIG", function(f)
                if f.offset > 0 and not changed then
                    changed = true
                    change(t, "5a")
                end
            end)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "changes-all-the-time",
        requirement = "A device that changes its configuration at any time is started like any other.",
        clauses = { "drv.configuration-semantics-profiles.3", "drv.overview.1" },
        needs = { model = "block" },
        device = { quirks = { "spontaneous-config-changes" } },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "changes-without-an-event",
        requirement = "A generation that changes between two parts of a read is enough to read again.",
        clauses = { "drv.configuration-semantics-profiles.3" },
        needs = { model = "block" },
        max_msg_size = 52,
        run = function(t)
            local changed = false
            t:lose_event("EVENT_CONFIG", {})
            t:on_request("GET_CONFIG", function(f)
                if f.offset > 0 and not changed then
                    changed = true
                    change(t, "5a")
                end
            end)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "baseline-writes",
        requirement = "In the baseline profile SET_CONFIG carries generation 0.",
        clauses = { "drv.configuration-semantics-profiles.4", "drv.configuration-semantics-profiles.2" },
        needs = { profile = "baseline", upper = true, model = "block" },
        run = function(t)
            t:boot()
            write(t, "00")
            change(t, "01")
            t:quiet()
            write(t, "01")
        end,
    },
    {
        name = "baseline-event-without-data",
        requirement = "In the baseline profile an EVENT_CONFIG without data makes the driver read again.",
        clauses = { "drv.configuration-semantics-profiles.5", "drv.device-notifications.1" },
        needs = { profile = "baseline", model = "block" },
        device = { quirks = { "event-config-no-data" } },
        run = function(t)
            t:boot()
            t:quiet()
            change(t, "77")
            t:await("GET_CONFIG")
            t:quiet()
        end,
    },
    {
        name = "strict-writes",
        requirement = "In the strict profile SET_CONFIG carries the latest generation.",
        clauses = { "drv.configuration-semantics-profiles.6", "drv.configuration-semantics-profiles.2" },
        needs = { profile = "strict", upper = true, model = "block" },
        run = function(t)
            t:boot()
            write(t, "00")
            for n = 1, 3 do
                change(t, ("%02x"):format(n))
                write(t, ("%02x"):format(n % 2))
            end
            change(t, "04")
            heard(t)
            write(t, "01")
        end,
    },
    {
        name = "strict-rejection",
        requirement = "A write that met a newer generation is repeated only after a GET_CONFIG.",
        clauses = { "drv.configuration-semantics-profiles.7", "drv.configuration-semantics-profiles.6" },
        needs = { profile = "strict", upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
            t:lose_event("EVENT_CONFIG", {})
            t:on_request("SET_CONFIG", function() change(t, "33") end, { times = 1 })
            write(t, "00")
            write(t, "01")
        end,
    },
    {
        name = "generation-goes-back",
        requirement = "A generation that is lower after a reset is as good as any other.",
        clauses = { "drv.configuration-semantics-profiles.8", "drv.configuration-semantics-profiles.6" },
        needs = { profile = "strict", upper = true, model = "block" },
        device = { quirks = { "generation-resets" } },
        run = function(t)
            t:boot()
            for n = 1, 4 do
                change(t, ("%02x"):format(n))
                t:quiet()
            end
            t:upper("init " .. t.dev)
            t:await("SET_DEVICE_STATUS", { status = 0 })
            t:boot()
            heard(t)
            write(t, "00")
        end,
    },
    {
        name = "generation-jumps",
        requirement = "Generation values have no order that a driver could rely on.",
        clauses = { "drv.configuration-semantics-profiles.6", "drv.configuration-semantics-profiles.3" },
        needs = { profile = "strict", upper = true, model = "block" },
        device = { quirks = { "generation-jumps" } },
        run = function(t)
            t:boot()
            for n = 1, 3 do
                change(t, ("%02x"):format(n))
                write(t, ("%02x"):format(n % 2))
            end
            change(t, "04")
            heard(t)
            write(t, "01")
        end,
    },
}
