-- What a driver takes of the features that are offered ("Device Features", "Driver Features").

-- Go on refusing FEATURES_OK, in what is answered to writes and to reads of the status.
local function refuse_features(t)
    for _, name in ipairs{ "SET_DEVICE_STATUS", "GET_DEVICE_STATUS" } do
        t:on_answer(name, function(f)
            f.status = f.status & ~t.S.FEATURES_OK
        end)
    end
end

-- Only VERSION_1 is left of what the device offers.
local function bare(t)
    return function(f)
        for i = 1, #f.features do
            local block = f.block_index + i - 1
            f.features[i] = block == 1 and 1 << (t.F.VERSION_1 - 32) or 0
        end
    end
end

return {
    {
        name = "subset",
        requirement = "The driver selects nothing that it was not offered.",
        clauses = { "drv.device-features.1", "drv.set-driver-features.1", "drv.get-device-features.1" },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "nothing-but-version-1",
        requirement = "A device that offers VERSION_1 only is not given other features.",
        clauses = { "drv.device-features.1", "drv.set-driver-features.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", bare(t))
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "nothing-at-all",
        requirement = "A device that offers no feature is driven without any, or given up.",
        clauses = { "drv.device-features.1", "drv.set-driver-features.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                for i = 1, #f.features do
                    f.features[i] = 0
                end
            end)
            t:await("GET_DEVICE_FEATURES")
            t:quiet()
        end,
    },
    {
        name = "no-blocks",
        requirement = "A device that says to have no feature blocks is given none but zeros.",
        clauses = { "drv.device-features.1", "drv.set-driver-features.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_INFO", function(f) f.num_feature_blocks = 0 end)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                for i = 1, #f.features do
                    f.features[i] = 0
                end
            end)
            t:await("SET_DEVICE_STATUS")
            t:quiet()
        end,
    },
    {
        name = "notif-config-data-offered",
        requirement = "VIRTIO_F_NOTIF_CONFIG_DATA is not selected, even when it is offered.",
        clauses = { "drv.device-features.2" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                local bit = t.F.NOTIF_CONFIG_DATA
                local i = bit // 32 - f.block_index + 1
                if i >= 1 and i <= #f.features then
                    f.features[i] = f.features[i] | 1 << bit % 32
                end
            end)
            t:await("SET_DRIVER_FEATURES")
            t:quiet()
        end,
    },
    {
        name = "features-refused",
        requirement = "When FEATURES_OK is not kept, the driver does not go on with these features.",
        clauses = { "drv.device-features.3", "drv.overview.2", "drv.finalizing-initialization.1" },
        run = function(t)
            refuse_features(t)
            t:await("SET_DRIVER_FEATURES")
            t:quiet()
        end,
    },
    {
        name = "features-refused-once",
        requirement = "After a refusal the driver may agree on other features, or start again.",
        clauses = { "drv.device-features.3", "drv.overview.2" },
        device = { quirks = { "features-ok-needs-event-idx" } },
        run = function(t)
            t:await("SET_DRIVER_FEATURES")
            t:quiet()
        end,
    },
    {
        name = "many-blocks",
        requirement = "Blocks beyond those that the driver knows are left unselected.",
        clauses = { "drv.get-device-features.1", "drv.set-driver-features.1", "drv.device-features.1" },
        device = { quirks = { "more-feature-blocks" } },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "huge-number-of-blocks",
        requirement = "A number of feature blocks that no message holds does not upset the driver.",
        clauses = { "drv.get-device-features.1", "drv.driver-limits.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_INFO", function(f) f.num_feature_blocks = 0x40000000 end)
            t:await("SET_DRIVER_FEATURES", nil, { patience = 200 * 1000 * 1000 })
            t:quiet()
        end,
    },
    {
        name = "unknown-features-offered",
        requirement = "Feature bits that the driver does not know are not selected.",
        clauses = { "drv.device-features.1", "drv.set-driver-features.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                for i = 1, #f.features do
                    if f.block_index + i - 1 > 1 then
                        f.features[i] = 0xFFFFFFFF
                    end
                end
            end)
            t:await("SET_DRIVER_FEATURES")
            t:quiet()
        end,
    },
    {
        name = "short-answer",
        requirement = "An answer with fewer blocks than asked for is filled up, or discarded.",
        clauses = { "drv.get-device-features.1", "drv.device-features.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                f.num_blocks = nil
                f.features[#f.features] = nil
            end, { times = 1 })
            t:await("SET_DRIVER_FEATURES")
            t:quiet()
        end,
    },
    {
        name = "features-in-parts",
        requirement = "The selection may come in several requests before FEATURES_OK.",
        clauses = { "drv.set-driver-features.2" },
        max_msg_size = 52,
        run = function(t)
            t:on_answer("GET_DEVICE_INFO", function(f) f.num_feature_blocks = 16 end)
            t:boot()
            t:quiet()
        end,
    },
}
