-- Finding out about a SUT before the scenarios: its devices, and what each one has to test.
local core, import = ...
local S = import "session"
local M = import "messages"
local I = import "init"
local C = import "constants"

local P = {}

-- A bus request that may stay unanswered. nil then, also when its answer is malformed.
local function ask(name, fields)
    local h = M.send(name, fields)
    local deadline = core.now() + S.patience
    while not h.answer and M.pump(deadline) do
    end
    if not h.answer then
        M.settle(h, 0)
    end
    return not h.defect and h.answer or nil
end

-- All of the 65,536 device numbers, window by window; each answer must go on.
local function enumerate(first)
    local devices, offset, r, last = {}, 0, first, -1
    while r do
        for i = 0, math.min(r.count, 8 * #r.bitmap) - 1 do
            local dev = offset + i -- windows may overlap
            if r.bitmap:byte(i // 8 + 1) >> i % 8 & 1 == 1 and dev > last and dev <= 0xFFFF then
                devices[#devices + 1] = dev
                last = dev
            end
        end
        if r.next_offset <= offset then
            break
        end
        offset = r.next_offset
        r = ask("GET_DEVICES", { offset = offset, count = P.window(offset) })
    end
    return devices
end

function P.window(offset)
    return math.min((S.facts.max_msg_size - 14) * 8, 0x10000 - offset, 0xFFFF)
end

local function first_available(index, last, queues)
    for i = index, last do
        local q = M.request("GET_VQUEUE", { index = i })
        if q.max_size > 0 then
            queues[#queues + 1] = i
        end
    end
end

-- Available queues among the first 64 and the first 64 administration queues.
local function find_queues(info)
    local queues = {}
    local most = math.min(info.max_virtqueues, 0x10000)
    first_available(0, math.min(most, 64) - 1, queues)
    if info.admin_vq_count > 0 and info.admin_vq_start < most then
        first_available(math.max(info.admin_vq_start, 64),
            math.min(info.admin_vq_start + math.min(info.admin_vq_count, 64), most) - 1, queues)
    end
    return queues
end

-- Does the device take back what it says is there?
local function takes(offset, length)
    local got = M.request("GET_CONFIG", { offset = offset, length = length })
    if #got.data ~= length then
        return false
    end
    local set = M.try("SET_CONFIG", {
        generation = S.facts.strict and got.generation or 0, offset = offset, data = got.data,
    })
    return set ~= nil and set.length == length
end

-- The first range that may be written, by field sizes. false: none.
function P.find_writable(info)
    local size = math.min(info.config_size, 256)
    local chunk = S.facts.max_msg_size - 20
    for _, length in ipairs{ 4, 2, 1, 8 } do
        for offset = 0, size - length, length do
            if length <= chunk and takes(offset, length) then
                return { offset, length }
            end
        end
    end
    return false
end

-- Leaves the device reset, as a scenario finds it.
function P.device(writable)
    local probe = {}
    I.init("features-ok")
    probe.features = S.offered
    probe.queues = find_queues(S.info)
    probe.max_size = S.max_size
    if writable then
        probe.writable = P.find_writable(S.info)
    end
    I.reset()
    return probe
end

-- As text, to be handed from one Lua state to the others.
function P.pack(probe)
    local f, q = {}, {}
    for b = 0, #probe.features do
        f[#f + 1] = probe.features[b]
    end
    for _, i in ipairs(probe.queues) do
        q[#q + 1] = i .. ":" .. probe.max_size[i]
    end
    local w = probe.writable
    return ("%s;%s;%s"):format(table.concat(f, ","), table.concat(q, ","),
        w and w[1] .. ":" .. w[2] or w == false and "none" or "")
end

local function parse(text)
    local f, q, w = text:match("^(.-);(.-);(.-)$")
    local probe = { features = {}, queues = {}, max_size = {} }
    local n = 0
    for value in f:gmatch("%d+") do
        probe.features[n] = math.tointeger(tonumber(value))
        n = n + 1
    end
    for i, max in q:gmatch("(%d+):(%d+)") do
        i = math.tointeger(tonumber(i))
        probe.queues[#probe.queues + 1] = i
        probe.max_size[i] = math.tointeger(tonumber(max))
    end
    local offset, length = w:match("(%d+):(%d+)")
    if offset then
        probe.writable = { math.tointeger(tonumber(offset)), math.tointeger(tonumber(length)) }
    elseif w == "none" then
        probe.writable = false
    end
    return probe
end

local parsed = {} -- text -> what it says: the same few devices each time

-- A copy for one scenario, which may do with it what it likes.
function P.unpack(text)
    local known = parsed[text] or parse(text)
    parsed[text] = known
    local probe = { features = {}, queues = table.move(known.queues, 1, #known.queues, 1, {}),
        max_size = {}, writable = known.writable and { known.writable[1], known.writable[2] } }
    for block, bits in pairs(known.features) do
        probe.features[block] = bits
    end
    for index, max in pairs(known.max_size) do
        probe.max_size[index] = max
    end
    return probe
end

-- The bus messages that the SUT answers, and the devices that it lists.
function P.find_bus(out)
    local declared = S.facts.bus
    if S.facts.bus_given then
        out.get_devices, out.ping, out.event_device =
            declared.GET_DEVICES, declared.PING, declared.EVENT_DEVICE
    end
    local first
    if not S.facts.bus_given or (out.get_devices and not S.facts.devices_given) then
        first = ask("GET_DEVICES", { offset = 0, count = P.window(0) })
        out.get_devices = out.get_devices or first ~= nil
    end
    if not S.facts.devices_given and first then
        local devices = enumerate(first)
        out.devices = devices[1] and devices or out.devices
        out.enumerated = devices[1] ~= nil
    end
end

function P.find_ping(out)
    if not S.facts.bus_given then
        out.ping = ask("PING", { data = 0x76697274 }) ~= nil
    end
end

-- The devices that are tested: all up to eight, else the first seven and the last.
local function tested(devices)
    if #devices <= 8 then
        return devices
    end
    local list = table.move(devices, 1, 7, 1, {})
    list[8] = devices[#devices]
    return list
end

-- Each core message until it is answered: what a device never answers, it does not implement.
local function ask_everything(info)
    local nothing = { flags = C.VQ.KEEP | C.VQ.IGNORE_SIZE | C.VQ.IGNORE_DESC | C.VQ.IGNORE_DRIVER |
        C.VQ.IGNORE_DEVICE }
    I.init("features-ok")
    local messages = {
        { "GET_SHM" }, { "GET_DEVICE_STATUS" }, { "GET_DEVICE_FEATURES", { num_blocks = 1 } },
        { "SET_VQUEUE", nothing }, { "GET_VQUEUE" }, { "RESET_VQUEUE" },
    }
    local function try(name, fields)
        for _ = 1, 3 do
            local answer = M.try(name, fields)
            if answer then
                return answer
            end
        end
    end
    for _, m in ipairs(messages) do
        try(m[1], m[2])
    end
    if info.config_size > 0 then
        local now = try("GET_CONFIG", { length = 1 })
        try("SET_CONFIG", { generation = S.facts.strict and now and now.generation or 0,
            data = now and now.data or "\0" })
    end
    I.reset()
end

--[[
The first connection of a run. Its findings are dropped: scenarios of their own judge what is used
here. What it finds goes to `out` as it comes, because the SUT may end it at any point.
]]
function P.discover(out)
    out.probes, out.devices, out.tested = {}, S.facts.devices, tested(S.facts.devices)
    S.first()
    P.find_bus(out)
    out.tested = tested(out.devices)
    S.dev = out.tested[1]
    P.find_ping(out)
    local infos = {}
    for _, dev in ipairs(out.tested) do
        S.dev = dev
        S.fence_name = "GET_DEVICE_INFO"
        S.max_size = {}
        M.open(S.start)
        S.start = S.timeout
        if S.info then
            infos[#infos + 1] = { dev, S.info }
            out.probes[dev] = P.pack(P.device(S.facts.want_writable))
        end
    end
    for _, known in ipairs(infos) do
        S.dev = known[1]
        ask_everything(known[2])
    end
end

return P
