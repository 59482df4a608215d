-- GET_DEVICE_STATUS: accurate at each step, after refusals, errors and nonsense.

return {
    {
        name = "each-step",
        requirement = "The status that is read is the one that the last answer told.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.1" },
        run = function(t)
            for _, stage in ipairs{ "reset", "acknowledge", "driver", "features", "features-ok",
                "driver-ok" } do
                t:init(stage)
                t:GET_DEVICE_STATUS{}
                t:GET_DEVICE_STATUS{}
            end
        end,
    },
    {
        name = "unmoved-by-other-requests",
        requirement = "Reading and configuring change no status.",
        clauses = { "dev.get-device-status.1" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
            t:GET_DEVICE_INFO{}
            t:GET_DEVICE_FEATURES{ num_blocks = 2 }
            t:SET_VQUEUE(t:queue_setup{})
            t:GET_VQUEUE{ index = t.vq }
            t:GET_SHM{ shmid = 1 }
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "unmoved-by-malformed",
        requirement = "A malformed SET_DEVICE_STATUS leaves the status alone.",
        clauses = { "dev.get-device-status.1", "dev.error-signaling.1", "dev.ordering.3" },
        run = function(t)
            for _, stage in ipairs{ "driver", "features-ok", "driver-ok" } do
                t:init(stage)
                t:GET_DEVICE_STATUS{}
                local full = #t:encode("SET_DEVICE_STATUS", { status = t.S.FAILED })
                for n = full - 4, full - 1 do
                    t:try("SET_DEVICE_STATUS", { status = t.S.FAILED }, { cut = n, size = n })
                    t:GET_DEVICE_STATUS{}
                end
            end
        end,
    },
    {
        name = "failed",
        requirement = "A driver that gives up sets FAILED, and a reset clears it.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.1",
            "dev.set-device-status.2" },
        run = function(t)
            t:init("driver")
            t:status(t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FAILED)
            t:GET_DEVICE_STATUS{}
            t:reset()
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "needs-reset-in-operation",
        requirement = "A device that needs a reset says so in its status until it is reset.",
        clauses = { "dev.get-device-status.1", "dev.get-device-status.2",
            "dev.set-device-status.2" },
        needs = { upper = true },
        run = function(t)
            t:init("driver-ok")
            t:GET_DEVICE_STATUS{}
            t:upper("needs-reset " .. t.dev)
            t:GET_DEVICE_STATUS{}
            if t:expect("EVENT_CONFIG", {}) then
                t:GET_DEVICE_STATUS{}
                t:reset()
                t:GET_DEVICE_STATUS{}
            end
        end,
    },
    {
        name = "needs-reset-before-driver-ok",
        requirement = "DEVICE_NEEDS_RESET is accurate before DRIVER_OK; a reset clears it.",
        clauses = { "dev.get-device-status.1", "dev.set-device-status.1" },
        needs = { upper = true },
        run = function(t)
            t:init("features-ok")
            t:upper("needs-reset " .. t.dev)
            local status = t:GET_DEVICE_STATUS{}.status
            t:status(status | t.S.DRIVER_OK)
            t:GET_DEVICE_STATUS{}
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "needs-reset-while-inactive",
        requirement = "An error of an inactive device leaves its status accurate.",
        clauses = { "dev.get-device-status.1" },
        needs = { upper = true },
        run = function(t)
            t:init("reset")
            t:upper("needs-reset " .. t.dev)
            t:GET_DEVICE_STATUS{}
            t:GET_DEVICE_STATUS{}
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
        end,
    },
}
