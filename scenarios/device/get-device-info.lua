-- GET_DEVICE_INFO: answered at any time, always the same, with limits that hold.

return {
    {
        name = "while-inactive",
        requirement = "A device that was never initialised answers GET_DEVICE_INFO.",
        clauses = { "dev.get-device-info.1", "dev.get-device-info.3", "dev.get-device-info.4",
            "dev.get-device-info.5", "dev.get-device-info.6" },
        run = function(t)
            t:GET_DEVICE_INFO{}
            t:GET_DEVICE_INFO{}
        end,
    },
    {
        name = "consistent",
        requirement = "Values and UUID are the same at every step and after a reset.",
        clauses = { "dev.get-device-info.1", "dev.get-device-info.7", "dev.get-device-info.8",
            "dev.get-device-info.9" },
        run = function(t)
            for _, stage in ipairs{ "reset", "acknowledge", "driver", "features", "features-ok",
                "driver-ok" } do
                t:init(stage)
                t:GET_DEVICE_INFO{}
            end
            t:reset()
            t:GET_DEVICE_INFO{}
        end,
    },
    {
        name = "blocks-cover-features",
        requirement = "num_feature_blocks covers every feature bit that is offered.",
        clauses = { "dev.get-device-info.2", "dev.device-feature-blocks.1" },
        run = function(t)
            t:init("driver")
            for block = 0, 15 do
                t:GET_DEVICE_FEATURES{ block_index = block, num_blocks = 1 }
            end
        end,
    },
    {
        name = "queue-limits",
        requirement = "max_virtqueues is within bounds and counts the administration queues.",
        clauses = { "dev.get-device-info.3", "dev.get-device-info.4", "dev.get-device-info.5",
            "dev.get-device-info.6", "dev.get-vqueue.2" },
        run = function(t)
            t:init("features-ok")
            t:GET_DEVICE_INFO{}
            t:GET_VQUEUE{ index = t.info.max_virtqueues }
            t:GET_VQUEUE{ index = 65536 }
        end,
    },
}
