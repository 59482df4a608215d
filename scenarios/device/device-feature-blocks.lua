-- Device feature blocks: zero beyond the last, block-scoped selection, offered is never selected.

local NEGOTIATED = 2 -- blocks 0 and 1 hold every feature bit that a scenario selects

-- The offered features of the first blocks, cut down to those that a scenario negotiates.
local function wanted(t)
    local offered = t:GET_DEVICE_FEATURES{ num_blocks = NEGOTIATED }.features
    local bits = 1 << t.F.VERSION_1 | 1 << t.F.RING_RESET
    return { offered[1] & bits, offered[2] & bits >> 32 }
end

-- Set FEATURES_OK, enable the queue and see whether RESET_VQUEUE takes effect.
local function observe(t)
    t:status(t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK)
    t:GET_DEVICE_STATUS{}
    t:SET_VQUEUE(t:queue_setup{})
    t:GET_VQUEUE{ index = t.vq }
    t:RESET_VQUEUE{ index = t.vq }
    t:GET_VQUEUE{ index = t.vq }
end

-- The control of every scenario here: both blocks in one message.
local function unsplit(t)
    t:init("driver")
    local features = wanted(t)
    t:SET_DRIVER_FEATURES{ features = features }
    observe(t)
    t:init("driver")
    return features
end

local function select_block(t, block, bits)
    t:SET_DRIVER_FEATURES{ block_index = block, features = { bits } }
end

return {
    {
        name = "beyond-the-last",
        requirement = "Feature blocks beyond those that the device has read as zero.",
        clauses = { "dev.device-feature-blocks.1", "dev.get-device-info.2" },
        run = function(t)
            t:init("driver")
            local n = t.info.num_feature_blocks
            t:GET_DEVICE_FEATURES{ num_blocks = 8 }
            t:GET_DEVICE_FEATURES{ block_index = math.max(n - 1, 0), num_blocks = 4 }
            t:GET_DEVICE_FEATURES{ block_index = n, num_blocks = 4 }
            for _, block in ipairs{ n, n + 1, n + 0x100, 0x10000, 0x7FFFFFF, 0x8000000,
                0x80000000, 0xFFFFFFFF } do
                t:try("GET_DEVICE_FEATURES", { block_index = block, num_blocks = 1 })
            end
        end,
    },
    {
        name = "index-overflow",
        requirement = "A range of blocks that wraps around 2^32 shows no feature of block 0.",
        clauses = { "dev.device-feature-blocks.1" },
        run = function(t)
            t:init("driver")
            t:GET_DEVICE_FEATURES{ num_blocks = NEGOTIATED }
            t:try("GET_DEVICE_FEATURES", { block_index = 0xFFFFFFFF, num_blocks = 2 })
            t:try("GET_DEVICE_FEATURES", { block_index = 0xFFFFFFFE, num_blocks = 4 })
        end,
    },
    {
        name = "block-by-block",
        requirement = "The same features are offered in one read and block by block.",
        clauses = { "dev.device-feature-blocks.3", "dev.prose.response-echo" },
        run = function(t)
            t:init("driver")
            t:GET_DEVICE_FEATURES{ num_blocks = 4 }
            for block = 3, 0, -1 do
                t:GET_DEVICE_FEATURES{ block_index = block, num_blocks = 1 }
            end
            t:GET_DEVICE_FEATURES{ block_index = 1, num_blocks = 2 }
        end,
    },
    {
        name = "no-blocks",
        requirement = "Feature messages of no blocks select nothing.",
        clauses = { "dev.device-feature-blocks.2", "dev.set-device-status.1" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            local features = unsplit(t)
            t:SET_DRIVER_FEATURES{ features = features }
            t:try("GET_DEVICE_FEATURES", { block_index = 0, num_blocks = 0 })
            t:try("SET_DRIVER_FEATURES", { block_index = 0, features = {} })
            t:try("SET_DRIVER_FEATURES", { block_index = 1, features = {} })
            observe(t)
        end,
    },
    {
        name = "upper-block-first",
        requirement = "Selecting block 0 leaves the selection of block 1 alone.",
        clauses = { "dev.device-feature-blocks.2" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            local features = unsplit(t)
            select_block(t, 1, features[2])
            select_block(t, 0, features[1])
            observe(t)
        end,
    },
    {
        name = "lower-block-first",
        requirement = "Blocks may be selected in any order, and again, each on its own.",
        clauses = { "dev.device-feature-blocks.2" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            local features = unsplit(t)
            select_block(t, 0, features[1])
            select_block(t, 1, features[2])
            select_block(t, 0, features[1])
            observe(t)
        end,
    },
    {
        name = "blocks-without-queue-reset",
        requirement = "What is accepted from one message is accepted block by block.",
        clauses = { "dev.device-feature-blocks.2", "dev.set-device-status.1" },
        run = function(t)
            local status = t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FEATURES_OK
            local version_1 = 1 << t.F.VERSION_1 - 32
            t:init("driver")
            t:SET_DRIVER_FEATURES{ features = { 0, 0 } }
            t:status(status)
            t:init("driver")
            t:SET_DRIVER_FEATURES{ features = { 0, version_1 } }
            t:status(status)
            t:init("driver")
            select_block(t, 1, version_1)
            select_block(t, 0, 0)
            t:status(status)
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "far-block-last",
        requirement = "Writing zeros to blocks that hold nothing leaves the selection alone.",
        clauses = { "dev.device-feature-blocks.2" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            local features = unsplit(t)
            t:SET_DRIVER_FEATURES{ features = features }
            select_block(t, 2, 0)
            select_block(t, 3, 0)
            t:SET_DRIVER_FEATURES{ block_index = 2, features = { 0, 0, 0, 0 } }
            observe(t)
        end,
    },
    {
        name = "last-write-counts",
        requirement = "A block that is written twice holds what was written last.",
        clauses = { "dev.device-feature-blocks.2" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            local features = unsplit(t)
            t:SET_DRIVER_FEATURES{ features = { features[1], 0 } }
            select_block(t, 1, features[2])
            select_block(t, 0, 0)
            select_block(t, 0, features[1])
            observe(t)
        end,
    },
    {
        name = "deselected-again",
        requirement = "A feature that is taken back before FEATURES_OK is not negotiated.",
        clauses = { "dev.device-feature-blocks.2", "dev.reset-vqueue.2" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver")
            local features = wanted(t)
            local fewer = { features[1], features[2] & ~(1 << t.F.RING_RESET - 32) }
            t:SET_DRIVER_FEATURES{ features = fewer }
            observe(t)
            t:init("driver")
            t:SET_DRIVER_FEATURES{ features = features }
            t:SET_DRIVER_FEATURES{ features = fewer }
            observe(t)
        end,
    },
    {
        name = "offered-not-selected",
        requirement = "The offered features read the same after the driver selected fewer.",
        clauses = { "dev.device-feature-blocks.3" },
        run = function(t)
            t:init("driver")
            t:GET_DEVICE_FEATURES{ num_blocks = 4 }
            t:init("features", { features = {} })
            t:GET_DEVICE_FEATURES{ num_blocks = 4 }
            t:SET_DRIVER_FEATURES{ features = { 0, 0 } }
            t:GET_DEVICE_FEATURES{ num_blocks = 4 }
            for _, stage in ipairs{ "features-ok", "driver-ok", "driver" } do
                t:init(stage, { features = {} })
                t:GET_DEVICE_FEATURES{ num_blocks = 4 }
            end
        end,
    },
}
