-- Arranging a device: status, features, queues. Core virtio's progression, "Device Initialization".
local core, import = ...
local S = import "session"
local M = import "messages"
local C = import "constants"

local I = {}

function I.status(bits)
    return M.request("SET_DEVICE_STATUS", { status = bits }).status
end

-- Poll until the device reports status 0 ("Device Reset and Shutdown"). False: it never does.
function I.await_reset()
    local deadline, step = core.now() + S.timeout, M.steps()
    while S.resetting[S.dev] do
        if not step(deadline) then
            core.note("reset-timeout", S.dev, 0, 0, "",
                ("the reset of device %d is not complete after %d ms"):format(S.dev,
                    S.timeout // 1000000))
            S.resetting[S.dev] = nil -- told once
            return false
        end
        M.settle(M.send("GET_DEVICE_STATUS"), S.patience)
    end
    return true
end

function I.reset()
    I.status(0)
    if not I.await_reset() then
        core.finish("inconclusive", "the device does not complete its reset")
    end
    S.driver_features = {}
    S.setup = {}
    S.rings = {}
    core.unwatch()
end

-- Feature blocks that the device says it has, at most 64; as many a message as fit.
function I.read_features()
    local blocks = math.min(S.info and S.info.num_feature_blocks or 2, 64)
    local most = (S.facts.max_msg_size - 16) // 4
    local offered, first = {}, 0
    while first < blocks do
        local n = math.min(blocks - first, most)
        local r = M.request("GET_DEVICE_FEATURES", { block_index = first, num_blocks = n })
        for i = 1, n do
            offered[first + i - 1] = r.features[i] or 0
        end
        first = first + n
    end
    S.offered = offered
    return offered, blocks
end

function I.offers(offered, bit)
    return (offered[bit // 32] or 0) >> bit % 32 & 1 == 1
end

function I.bit_of(feature)
    local bit = C.F[feature] or feature
    if math.type(bit) ~= "integer" or bit < 0 then
        error("no feature '" .. tostring(feature) .. "': a name of t.F or a bit number", 0)
    end
    return bit
end

-- block -> value of what the driver takes.
local function chosen(options, offered, blocks)
    local want = {}
    for b = 0, blocks - 1 do
        want[b] = options.select and options.select[b] or 0
    end
    if options.select then
        for b, value in pairs(options.select) do
            want[b] = value
        end
        return want
    end
    local bits = { C.F.VERSION_1 }
    for _, list in ipairs{ options.features or { "RING_RESET" }, S.ring_features } do
        for _, f in ipairs(list) do
            bits[#bits + 1] = I.bit_of(f)
        end
    end
    for _, bit in ipairs(bits) do
        if I.offers(offered, bit) then
            want[bit // 32] = want[bit // 32] | 1 << bit % 32
        end
    end
    return want
end

local function write_features(want)
    local most = (S.facts.max_msg_size - 16) // 4
    local index = {}
    for b in pairs(want) do
        index[#index + 1] = b
    end
    table.sort(index)
    local i = 1
    while i <= #index do
        local first, values = index[i], {}
        repeat
            values[#values + 1] = want[index[i]]
            i = i + 1
        until i > #index or index[i] ~= first + #values or #values == most
        M.request("SET_DRIVER_FEATURES", { block_index = first, features = values })
    end
    S.driver_features = want
end

-- A size that the queue takes: a power of two, 256 at most.
local function usable_size(index)
    local max = S.max_size[index]
    if not max then
        max = M.request("GET_VQUEUE", { index = index }).max_size
    end
    local most, size = math.min(max, 256), max == 0 and 8 or 1
    while size * 2 <= most do
        size = size * 2
    end
    return size
end

function I.queue_setup(overrides)
    overrides = overrides or {}
    local index = overrides.index or S.vq or 0
    local size = usable_size(index)
    local room = math.max(size, math.min(math.max(overrides.size or 0, 0), 32768))
    local setup = {
        index = index, flags = C.VQ.ENABLE, size = size, reserved = 0,
        desc_addr = S.alloc(16 * room, 4096),
        driver_addr = S.alloc(6 + 2 * room, 64),
        device_addr = S.alloc(6 + 8 * room, 64),
    }
    for k, v in pairs(overrides) do
        setup[k] = v
    end
    return setup
end

local function set_up_queues(options)
    for _, index in ipairs(options.queues or { S.vq }) do
        local q = M.request("GET_VQUEUE", { index = index })
        if q.max_size == 0 then
            core.finish("inconclusive", ("virtqueue %d is not available"):format(index))
        end
        M.request("SET_VQUEUE", I.queue_setup{ index = index, size = options.size })
        if M.request("GET_VQUEUE", { index = index }).flags & 1 == 0 then
            core.finish("inconclusive", ("virtqueue %d cannot be enabled"):format(index))
        end
    end
end

local function advance(status, bit, name)
    local got = I.status(status)
    if got & bit == 0 then
        core.finish("inconclusive", ("the device refuses %s: its status is 0x%x"):format(name, got))
    end
end

local function negotiate(options)
    local offered, blocks = I.read_features()
    write_features(chosen(options, offered, blocks))
end

-- The stages in order; each with what reaches it from the one before.
local stages = {
    { "reset", I.reset },
    { "acknowledge", function() advance(1, 1, "ACKNOWLEDGE") end },
    { "driver", function() advance(3, 2, "DRIVER") end },
    { "features", negotiate },
    { "features-ok", function() advance(11, 8, "FEATURES_OK") end },
    { "queues", set_up_queues },
    { "driver-ok", function() advance(15, 4, "DRIVER_OK") end },
}

local option_names = { features = true, queues = true, size = true, select = true }

function I.init(stage, options)
    options = options or {}
    for k in pairs(options) do
        if not option_names[k] then
            error("no option '" .. tostring(k) .. "' for t:init()", 0)
        end
    end
    local last
    for i, s in ipairs(stages) do
        last = s[1] == stage and i or last
    end
    if not last then
        error("no stage '" .. tostring(stage) .. "' for t:init()", 0)
    end
    for i = 1, last do
        stages[i][2](options)
    end
end

return I
