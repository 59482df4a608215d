-- Feature negotiation: what may be offered, and what FEATURES_OK refuses.

local function finish(t)
    t:status(t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK)
    t:GET_DEVICE_STATUS{}
    t:fence()
end

-- The lowest bit that is clear in a block, or nil.
local function free_bit(block)
    for bit = 0, 31 do
        if block & 1 << bit == 0 then
            return bit
        end
    end
end

-- Offer to take VERSION_1 and one bit that the device does not offer.
local function ask_for_unoffered(t, block)
    t:init("driver")
    local offered = t:GET_DEVICE_FEATURES{ num_blocks = block + 1 }.features
    local bit = free_bit(offered[block + 1])
    if not bit then
        t:skip(("every feature of block %d is offered"):format(block))
    end
    local selected = {}
    for i = 1, math.max(block + 1, 2) do
        selected[i] = 0
    end
    selected[2] = 1 << t.F.VERSION_1 - 32
    selected[block + 1] = selected[block + 1] | 1 << bit
    t:SET_DRIVER_FEATURES{ features = selected }
    finish(t)
end

return {
    {
        name = "no-notif-config-data",
        requirement = "NOTIF_CONFIG_DATA is never among the offered features.",
        clauses = { "dev.device-features.1" },
        run = function(t)
            t:init("driver")
            t:GET_DEVICE_FEATURES{ num_blocks = 2 }
            t:GET_DEVICE_FEATURES{ block_index = 1, num_blocks = 1 }
            t:init("features-ok")
            t:GET_DEVICE_FEATURES{ block_index = 1, num_blocks = 1 }
        end,
    },
    {
        name = "unoffered-in-block-0",
        requirement = "A bit of block 0 that is not offered makes FEATURES_OK refused.",
        clauses = { "dev.device-features.2", "dev.get-device-status.1" },
        run = function(t)
            ask_for_unoffered(t, 0)
        end,
    },
    {
        name = "unoffered-in-block-1",
        requirement = "A bit of block 1 that is not offered makes FEATURES_OK refused.",
        clauses = { "dev.device-features.2", "dev.get-device-status.1" },
        run = function(t)
            ask_for_unoffered(t, 1)
        end,
    },
    {
        name = "unoffered-in-a-far-block",
        requirement = "A bit beyond the device's blocks makes FEATURES_OK refused.",
        clauses = { "dev.device-features.2", "dev.device-limits.2", "dev.set-device-status.1" },
        run = function(t)
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
            t:init("features")
            t:try("SET_DRIVER_FEATURES",
                { block_index = t.info.num_feature_blocks, features = { 1 } })
            finish(t)
            t:init("features")
            t:try("SET_DRIVER_FEATURES", { block_index = 0xFFFFFFFF, features = { 1 } })
            finish(t)
        end,
    },
    {
        name = "notif-config-data-refused",
        requirement = "A driver that takes NOTIF_CONFIG_DATA all the same is refused.",
        clauses = { "dev.device-features.2", "dev.device-features.1" },
        run = function(t)
            t:init("features", { select = { [0] = 0,
                [1] = 1 << t.F.VERSION_1 - 32 | 1 << t.F.NOTIF_CONFIG_DATA - 32 } })
            finish(t)
        end,
    },
    {
        name = "nothing-selected",
        requirement = "Whatever a driver without features gets, the status is accurate.",
        clauses = { "dev.set-device-status.1", "dev.get-device-status.1" },
        run = function(t)
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
            t:init("features", { select = { [0] = 0, [1] = 0 } })
            finish(t)
        end,
    },
    {
        name = "refused-then-accepted",
        requirement = "After a refused selection, a reset and an offered one are accepted.",
        clauses = { "dev.device-features.2", "dev.error-signaling.2", "dev.set-device-status.2" },
        run = function(t)
            t:init("features", { select = { [0] = 0xFFFFFFFF, [1] = 0xFFFFFFFF } })
            finish(t)
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
        end,
    },
}
