--[[
The device side of a scenario whose SUT is a driver or a bus: the reference device answers what the
SUT sends, and the scenario's rules may step in at each message.
]]
local core, import = ...
local S = import "session"
local B = import "build"

local W = {}

local KEPT_MOST = 10000 -- messages of the SUT that a scenario can look back on
-- Messages that one wait takes in when its patience is over too, for a SUT that never gets anywhere;
-- and at all, where no time passes between messages.
local WAIT_MOST, WAIT_EVER = 5000, 50000

local usual = { "block", "entropy" } -- models in the order of the device numbers

local function is_in(list, number)
    for _, d in ipairs(list) do
        if d[1] == number then
            return true
        end
    end
    return false
end

-- The devices of a scenario: its own first, then what else the SUT was told of.
local function devices(spec)
    local f = S.facts
    local list = { { f.dev, spec.model or f.model or usual[1] } }
    for i = 2, f.devices_given and #f.devices or 0 do
        list[i] = { f.devices[i], usual[(i - 1) % 2 + 1] }
    end
    for _, d in ipairs(spec.others or {}) do
        list[#list + 1] = not is_in(list, d[1]) and d or nil
    end
    return list
end

-- spec: the scenario's `device` table, or a list of all devices in spec.all.
function W.begin(spec)
    W.endpoint = S.facts.role == "bus" and 1 or 0
    W.devices = spec.all or devices(spec)
    W.rules = {}
    W.harmless = false -- the rules do what a driver must not mind
    W.undisturbed = not spec.quirks -- so far the device does what most devices do
    W.held = {} -- packets that a rule holds back
    W.differs = {} -- device numbers whose queues are not what the SUT must think that they are
    W.gone = {} -- device numbers that do not react
    W.kicked = {} -- queues in which the driver's user could make buffers available
    W.queues = {} -- device number -> queue index -> true: was set up
    W.heard = {} -- messages of the SUT, oldest first
    W.polled_at = {} -- by device: when its status was asked last
    W.last_act = {} -- by device: the last message that asked for more than information
    W.count = 0
    W.counts = {} -- device number -> name -> messages
    W.last_at = core.now()
    W.ping = nil
    core.device_open{
        devices = W.devices, quirks = spec.quirks or {}, polling = S.facts.polling,
        seed = S.facts.seed, max_msg_size = S.facts.max_msg_size,
        transport_features = S.facts.transport_features,
    }
end

function W.numbers()
    local list = {}
    for i, d in ipairs(W.devices) do
        list[i] = d[1]
    end
    return list
end

-- A message that the SUT is to get, past all rules.
function W.send(bytes)
    core.send(W.endpoint, bytes)
end

local function applies(rule, kind, name, dev)
    return rule.kind == kind and rule.name == name and rule.times > 0
        and (rule.dev == nil or rule.dev == dev)
end

--[[
kind: "request", before a message of the SUT reaches the device: what(fields, message) may return
"lose". "answer" and "event", before a message of the device goes out: what(fields, request) may
change the fields, or return "lose", "twice", "hold", or the bytes to send instead.
]]
function W.rule(kind, name, what, options)
    local o = options or {}
    B.def_of(name)
    local rule = { kind = kind, name = name, what = what, times = o.times or math.huge,
        dev = o.dev, skip = o.skip or 0, met = 0 }
    W.rules[#W.rules + 1] = rule
    W.undisturbed = W.undisturbed and o.harmless
    W.harmless = o.harmless
    return rule
end

-- What the first rule that takes this message makes of it.
local function judge(kind, name, dev, fields, other)
    for _, rule in ipairs(W.rules) do
        if applies(rule, kind, name, dev) then
            if rule.skip > 0 then
                rule.skip = rule.skip - 1
            else
                rule.times = rule.times - 1
                rule.met = rule.met + 1
                return rule.what(fields, other) or "changed"
            end
        end
    end
end

-- The rings of queues that a message may have set up or reset.
local function look_at_queues(m)
    local known = W.queues[m.dev] or {}
    if m.defect or not m.fields then
        return
    end
    if m.name == "SET_VQUEUE" then
        W.queues[m.dev] = known
        known[m.fields.index] = true
    end
    if m.name == "SET_VQUEUE" or m.name == "RESET_VQUEUE" then
        core.device_watch(m.dev, m.fields.index)
    elseif m.name == "SET_DEVICE_STATUS" or m.name == "GET_DEVICE_STATUS" then
        for index in pairs(known) do
            core.device_watch(m.dev, index)
        end
    end
end

local function emit(bytes, request)
    local name, fields, type, _, dev, token, defect = core.decode(bytes)
    local response = type & 1 == 1
    local size = name == "GET_VQUEUE" and fields and fields.cur_size
    local verdict = name and not defect and
        judge(response and "answer" or "event", name, dev, fields, request)
    W.differs[dev] = W.differs[dev] or size and size ~= fields.cur_size
    if not verdict then
        W.send(bytes)
    elseif verdict == "lose" then
        return
    elseif verdict == "changed" or verdict == "twice" or verdict == "hold" then
        bytes = core.encode(name, dev, token, fields, response)
        if verdict == "hold" then
            W.held[#W.held + 1] = bytes
            return
        end
        W.send(bytes)
        if verdict == "twice" then
            W.send(bytes)
        end
    else
        W.send(verdict)
    end
end

-- What the device found wrong with the SUT's rings. Where the SUT was told other things than the
-- device, that says nothing.
local function look_at_rings()
    for _, d in ipairs(W.devices) do
        local vq, why = core.device_broken(d[1])
        if vq and not W.differs[d[1]] then
            core.note("broken-ring", d[1], vq, 0, why,
                ("memory: the ring of queue %d of device %d cannot be followed: %s"):format(vq, d[1], why))
        end
    end
end

local function emit_all(packets, request)
    core.poll()
    look_at_rings()
    for _, bytes in ipairs(packets) do
        emit(bytes, request)
    end
end

-- What the SUT sent, as if it had arrived just now: to the reference device and back.
function W.deliver(bytes, m)
    local packets = core.device_receive(bytes)
    look_at_queues(m)
    emit_all(packets, m)
end

function W.release()
    local held = W.held
    W.held = {}
    for _, bytes in ipairs(held) do
        W.send(bytes)
    end
end

-- One command to the reference device (SUT contract 3, role device); what it causes goes out.
function W.command(line)
    local reply, packets = core.device_command(line)
    if reply ~= "ok" then
        error(("the reference device says '%s' to '%s'"):format(reply, line), 0)
    end
    emit_all(packets)
end

local function incoming(name, fields, type, _, dev, token, defect, bytes)
    local m = { name = name, fields = fields, dev = dev, token = token, defect = defect,
        type = type, bytes = bytes, bus = type & 2 == 2, at = core.now() }
    W.count = W.count + 1
    W.last_at = m.at
    if name == "GET_DEVICE_STATUS" then
        W.polled_at[dev] = m.at
    elseif name ~= "GET_DEVICE_INFO" and not m.bus then
        W.last_act[dev] = m
    end
    if name and not defect then
        W.counts[dev] = W.counts[dev] or {}
        W.counts[dev][name] = (W.counts[dev][name] or 0) + 1
    end
    if #W.heard < KEPT_MOST then
        W.heard[#W.heard + 1] = m
    end
    if m.bus and type & 1 == 1 then
        W.ping = name == "PING" and fields and fields.data or W.ping
        return
    end
    if not m.bus and W.gone[dev] then
        W.differs[dev] = true
        return
    end
    if name and not defect and judge("request", name, dev, fields, m) == "lose" then
        W.differs[dev] = true
        return
    end
    W.deliver(bytes, m)
end

-- Take in what comes next and let the device do what is due. False when the deadline passed first.
function W.pump(deadline)
    local due = core.device_deadline()
    local what, name, fields, type, id, dev, token, defect = core.wait(math.min(deadline, due))
    if what == "message" then
        local bytes, endpoint = core.packet()
        if endpoint == W.endpoint then
            incoming(name, fields, type, id, dev, token, defect, bytes)
        elseif W.other then
            W.other(name, fields, type, id, dev, token, defect)
        end
    elseif what == "line" then
        S.line = name
    end
    if core.now() >= due then
        emit_all(core.device_tick())
    end
    return what ~= nil or core.now() < deadline
end

-- How long a driver that waits for an answer may stay silent: a slow start, or its own timeouts.
function W.patience()
    return math.max(S.timeout, 2 * S.facts.request_timeout_ns + 500 * 1000 * 1000)
end

--[[
Serve until done() is true; false when the SUT stays silent for its patience, or gets nowhere. The
patience starts anew with each message: a SUT may be busy with something else all the time.
]]
function W.serve(done, patience)
    local first, began = W.count, core.now()
    local function in_vain()
        local n = W.count - first
        return n > WAIT_EVER or n > WAIT_MOST and core.now() - began > W.patience()
    end
    W.last_at = began
    while not done() do
        if not W.pump(W.last_at + (patience or W.patience())) or in_vain() then
            return done()
        end
    end
    return true
end

-- Until the SUT has said nothing for `silence`, at most for `most`: one that is never silent is let be.
function W.quiet(silence, most)
    local deadline = core.now() + most
    W.serve(function() return core.now() >= deadline end, silence)
end

function W.status(dev)
    return core.device_status(dev) or 0
end

return W
