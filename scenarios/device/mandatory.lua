-- Core Messages: what every device must implement.

return {
    {
        name = "every-message",
        requirement = "A device answers each of the eleven core messages.",
        clauses = { "dev.mandatory.1", "dev.ordering.2" },
        run = function(t)
            t:init("driver")
            t:GET_DEVICE_INFO{}
            t:GET_DEVICE_FEATURES{ num_blocks = 2 }
            t:SET_DRIVER_FEATURES{ features = { 0, 1 << t.F.VERSION_1 - 32 } }
            t:SET_DEVICE_STATUS{ status = t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK }
            t:GET_DEVICE_STATUS{}
            t:GET_VQUEUE{ index = 0 }
            t:SET_VQUEUE{ index = t.info.max_virtqueues }
            t:RESET_VQUEUE{ index = t.info.max_virtqueues }
            t:GET_SHM{ shmid = 0 }
            if t.info.config_size > 0 then
                local now = t:GET_CONFIG{ offset = 0, length = 1 }
                t:SET_CONFIG{ generation = t.strict and now.generation or 0, offset = 0,
                    data = now.data }
            end
        end,
    },
    {
        name = "without-optional-parts",
        requirement = "A device without some optional part answers for it anyway.",
        clauses = { "dev.mandatory.1" },
        run = function(t)
            t:init("features-ok", { features = {} })
            t:GET_SHM{ shmid = 200 }
            t:RESET_VQUEUE{ index = 0 }
            t:GET_VQUEUE{ index = 0 }
            t:try("GET_CONFIG", { offset = 0, length = 0 })
            t:try("SET_CONFIG", { offset = 0, data = "" })
            t:GET_DEVICE_STATUS{}
        end,
    },
}
