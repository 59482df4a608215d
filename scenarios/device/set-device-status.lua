-- SET_DEVICE_STATUS: accurate answers, and resets that complete.

-- Every stage of initialisation; "queues" and "driver-ok" set queues up where there are any.
local STAGES = { "reset", "acknowledge", "driver", "features", "features-ok", "driver-ok" }

return {
    {
        name = "reset-from-each-stage",
        requirement = "Status 0 resets the device from every stage, at once or later.",
        clauses = { "dev.set-device-status.2", "dev.set-device-status.3", "dev.set-device-status.4",
            "dev.get-device-status.1" },
        run = function(t)
            for _, stage in ipairs(STAGES) do
                t:init(stage)
                t:reset()
                t:GET_DEVICE_STATUS{}
            end
        end,
    },
    {
        name = "reset-twice",
        requirement = "A second reset behind the first completes like one.",
        clauses = { "dev.set-device-status.2", "dev.set-device-status.4" },
        run = function(t)
            t:init("driver-ok")
            local first = t:send("SET_DEVICE_STATUS", { status = 0 })
            local second = t:send("SET_DEVICE_STATUS", { status = 0 })
            t:await(first)
            t:await(second)
            t:reset()
            t:init("features-ok")
        end,
    },
    {
        name = "reset-polled-in-a-pipeline",
        requirement = "Status reads behind a reset request never see 0 and then something else.",
        clauses = { "dev.set-device-status.2", "dev.set-device-status.4", "dev.ordering.1" },
        run = function(t)
            t:init("driver-ok")
            local sent = { t:send("SET_DEVICE_STATUS", { status = 0 }) }
            for _ = 1, 8 do
                sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {})
            end
            for _, handle in ipairs(sent) do
                t:await(handle)
            end
            t:reset()
        end,
    },
    {
        name = "reset-forgets-queues",
        requirement = "Once status 0 is reported the device's queues are disabled.",
        clauses = { "dev.set-device-status.2", "dev.set-device-status.4" },
        needs = { queue = true },
        run = function(t)
            t:init("driver-ok")
            t:GET_VQUEUE{ index = t.vq }
            t:reset()
            t:GET_VQUEUE{ index = t.vq }
            t:init("features-ok")
            t:GET_VQUEUE{ index = t.vq }
        end,
    },
    {
        name = "reset-forgets-features",
        requirement = "Features that were negotiated before a reset are not negotiated after it.",
        clauses = { "dev.set-device-status.2", "dev.reset-vqueue.2" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok")
            t:RESET_VQUEUE{ index = t.vq }
            t:GET_VQUEUE{ index = t.vq }
            t:init("driver-ok", { features = {} })
            t:GET_VQUEUE{ index = t.vq }
            t:RESET_VQUEUE{ index = t.vq }
            t:GET_VQUEUE{ index = t.vq }
        end,
    },
    {
        name = "reset-under-load",
        requirement = "A reset with buffers in flight completes, and the device serves again.",
        clauses = { "dev.set-device-status.2", "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            for _ = 1, 4 do
                r:offer()
            end
            r:kick()
            t:init("features-ok")
            if t:GET_VQUEUE{ index = t.vq }.flags == 0 then
                t:init("driver-ok")
                r = t:ring(t.vq)
                r:offer()
                r:kick()
                r:wait(1)
            end
        end,
    },
    {
        name = "rings-begin-anew",
        requirement = "After a reset a queue is served from its start, wherever it was before.",
        clauses = { "dev.set-device-status.2", "dev.finalizing-initialization.2" },
        needs = { io = true },
        rings = { "packed" },
        run = function(t)
            t:init("driver-ok", { size = 8 })
            local r = t:ring(t.vq)
            for n = 1, 8 // r.descriptors + 1 do -- into the second turn
                r:offer()
                r:kick()
                r:wait(n)
            end
            t:init("driver-ok", { size = 8 })
            r = t:ring(t.vq)
            r:offer()
            r:kick()
            r:wait(1)
        end,
    },
    {
        name = "initialise-many-times",
        requirement = "A device can be reset and initialised any number of times.",
        clauses = { "dev.set-device-status.2", "dev.get-device-status.1" },
        run = function(t)
            for _ = 1, 8 do
                t:init("driver-ok")
                t:GET_DEVICE_STATUS{}
                t:reset()
            end
        end,
    },
    {
        name = "steps-skipped",
        requirement = "A status that skips steps is answered with what became of it.",
        clauses = { "dev.set-device-status.1", "dev.get-device-status.1" },
        run = function(t)
            t:init("driver-ok")
            t:GET_DEVICE_STATUS{}
            for _, status in ipairs{ t.S.DRIVER, t.S.FEATURES_OK, t.S.DRIVER_OK,
                t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.DRIVER_OK } do
                t:init("reset")
                t:status(status)
                t:GET_DEVICE_STATUS{}
                t:reset()
            end
        end,
    },
    {
        name = "bits-cleared",
        requirement = "A status that takes bits back is answered with what became of it.",
        clauses = { "dev.set-device-status.1", "dev.get-device-status.1" },
        run = function(t)
            for _, status in ipairs{ t.S.ACKNOWLEDGE, t.S.ACKNOWLEDGE | t.S.DRIVER,
                t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK } do
                t:init("driver-ok")
                t:status(status)
                t:GET_DEVICE_STATUS{}
            end
            t:reset()
        end,
    },
    {
        name = "undefined-bits",
        requirement = "A status with bits that nobody defined is answered with what became of it.",
        clauses = { "dev.set-device-status.1", "dev.get-device-status.1" },
        run = function(t)
            local status = t.S.ACKNOWLEDGE | t.S.DRIVER
            for _, bits in ipairs{ status | 0x10, status | 0x20, status | 0x100,
                status | 0x80000000, 0x100, 0xFFFFFF00 } do
                t:init("driver")
                t:status(bits)
                t:GET_DEVICE_STATUS{}
                t:reset()
            end
        end,
    },
    {
        name = "driver-sets-needs-reset",
        requirement = "A driver that writes the device's own bit is answered accurately.",
        clauses = { "dev.set-device-status.1", "dev.get-device-status.1" },
        run = function(t)
            t:init("driver")
            t:status(t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.NEEDS_RESET)
            t:GET_DEVICE_STATUS{}
            t:reset()
            t:GET_DEVICE_STATUS{}
        end,
    },
}
