-- Respecting Bus Limits, device side: nothing larger than the maximum, nothing beyond the revision.

return {
    {
        name = "features-of-exactly-the-maximum",
        requirement = "A feature answer of exactly the maximum message size is given.",
        clauses = { "dev.device-limits.1", "dev.device-feature-blocks.1" },
        run = function(t)
            t:init("driver")
            local fixed = #t:encode("GET_DEVICE_FEATURES", {}, { response = true })
            local one = #t:encode("GET_DEVICE_FEATURES", { features = { 0 } }, { response = true })
            local most = (t.max_msg_size - fixed) // (one - fixed)
            t:GET_DEVICE_FEATURES{ num_blocks = most }
            t:GET_DEVICE_FEATURES{ block_index = 1, num_blocks = most }
        end,
    },
    {
        name = "features-beyond-the-maximum",
        requirement = "A feature request whose answer would be too large gets none that is.",
        clauses = { "dev.device-limits.1", "dev.common-message-format.2" },
        run = function(t)
            t:init("driver")
            local fixed = #t:encode("GET_DEVICE_FEATURES", {}, { response = true })
            local one = #t:encode("GET_DEVICE_FEATURES", { features = { 0 } }, { response = true })
            local most = (t.max_msg_size - fixed) // (one - fixed)
            for _, n in ipairs{ most + 1, most * 2, 0x4000, 0x10000, 0x40000001, 0xFFFFFFFF } do
                t:try("GET_DEVICE_FEATURES", { num_blocks = n })
            end
            t:GET_DEVICE_FEATURES{ num_blocks = 1 }
        end,
    },
    {
        name = "config-of-exactly-the-maximum",
        requirement = "A configuration answer of exactly the maximum message size is given.",
        clauses = { "dev.device-limits.1", "dev.get-config.1", "dev.prose.response-echo" },
        needs = { config = 1 },
        run = function(t)
            local most = t.max_msg_size - #t:encode("GET_CONFIG", {}, { response = true })
            if t.info.config_size < most then
                t:skip("the configuration space is smaller than a message")
            end
            t:init("features-ok")
            t:GET_CONFIG{ offset = 0, length = most }
            t:GET_CONFIG{ offset = t.info.config_size - most, length = most }
        end,
    },
    {
        name = "config-beyond-the-maximum",
        requirement = "A configuration read whose answer would be too large gets none that is.",
        clauses = { "dev.device-limits.1", "dev.common-message-format.2" },
        needs = { config = 1 },
        run = function(t)
            local most = t.max_msg_size - #t:encode("GET_CONFIG", {}, { response = true })
            if t.info.config_size <= most then
                t:skip("the configuration space fits a message")
            end
            t:init("features-ok")
            t:try("GET_CONFIG", { offset = 0, length = most + 1 })
            t:try("GET_CONFIG", { offset = 0, length = t.info.config_size })
            t:try("GET_CONFIG", { offset = 1, length = t.info.config_size - 1 })
            t:GET_CONFIG{ offset = 0, length = 1 }
        end,
    },
    {
        name = "nothing-from-the-future",
        requirement = "A device sends only what the transport revision defines, also when it runs.",
        clauses = { "dev.device-limits.2", "any.prose.response-type" },
        run = function(t)
            t:init("driver-ok")
            t:fence()
            t:GET_DEVICE_STATUS{}
            t:fence()
        end,
    },
}
