-- Messages of a scenario: sending, waiting, matching answers, fences.
local core, import = ...
local S = import "session"
local B = import "build"
local O = import "outstanding"
local C = import "constants"

local M = {}

-- What a fence asks beside a device's number.
local FENCE_FIELDS = { GET_DEVICES = { count = 8 } }
-- Events that a flood could pile up.
local CAME_MOST = 10000

local defs, def_of, build = B.defs, B.def_of, B.build
local add, find, remove, fresh_token = O.add, O.find, O.remove, S.fresh_token
local encode, put, wait, now = core.encode, core.send, core.wait, core.now
local core_ask, set_answered = core.ask, core.set_answered
M.defs = defs

defs.SET_VQUEUE.arranges = true -- what the engine remembers of a request
for _, name in ipairs{ "GET_VQUEUE", "SET_DEVICE_STATUS", "GET_DEVICE_STATUS" } do
    defs[name].teaches = true -- what it learns of an answer
end

-- What a SET_VQUEUE changes in what the engine knows, when it goes out as it should: what its flags
-- do not say to leave as it is.
local function remember(fields)
    local index, flags = fields.index or 0, fields.flags or 0
    local s = S.setup[index] or {}
    if flags & C.VQ.IGNORE_SIZE == 0 then s.size = fields.size or 0 end
    if flags & C.VQ.IGNORE_DESC == 0 then s.desc_addr = fields.desc_addr or 0 end
    if flags & C.VQ.IGNORE_DRIVER == 0 then s.driver_addr = fields.driver_addr or 0 end
    if flags & C.VQ.IGNORE_DEVICE == 0 then s.device_addr = fields.device_addr or 0 end
    S.setup[index] = s
end

local function resets(fields)
    return not fields or (fields.status or 0) == 0
end

-- A request with options.
local function send_odd(d, fields, o)
    local token = B.token(d, o)
    return build(d, fields, o, token), token, o.dev or (d.bus and 0 or S.dev),
        not (o.type or o.size or o.extra or o.trailing or o.cut or o.response)
end

local function request_def(name)
    local d = def_of(name)
    if d.event then
        error(name .. " is an event: send it with t:event()", 0)
    end
    return d
end

-- What the engine keeps of a request under way; with room for what is filled in later.
local function under_way(d, token, dev, plain, fields)
    local h = {
        name = d.name, at = d.at, id = d.id, bus = d.bus, token = token, dev = dev, plain = plain,
        place = 0, answer = nil, resets = d.name == "SET_DEVICE_STATUS" and resets(fields) or nil,
    }
    set_answered(token, 0)
    add(h)
    return h
end

function M.send(name, fields, o)
    local d = defs[name]
    if not d or d.event then
        d = request_def(name)
    end
    local bytes, token, dev, plain
    if o then
        bytes, token, dev, plain = send_odd(d, fields, o)
    else
        token, dev, plain = fresh_token(), d.bus and 0 or S.dev, true
        bytes = encode(d.at, dev, token, fields, false)
    end
    local h = under_way(d, token, dev, plain, fields)
    if name == "SET_VQUEUE" and plain and fields then
        remember(fields)
    end
    put(0, bytes)
    return h
end

function M.event(name, fields, o)
    local d = def_of(name)
    if not d.event then
        error(name .. " is a request: send it with t:send()", 0)
    end
    put(0, build(d, fields, o, B.token(d, o)))
end

-- What an answer tells the engine beside the scenario.
local function learn(name, dev, is_reset, fields)
    if name == "GET_VQUEUE" then
        S.max_size[fields.index] = fields.max_size
    elseif name == "SET_DEVICE_STATUS" then
        S.resetting[dev] = is_reset and fields.status ~= 0 or nil
    elseif name == "GET_DEVICE_STATUS" and fields.status == 0 then
        S.resetting[dev] = nil
    end
end

local function answer(h, fields, defect)
    remove(h)
    h.answer = fields
    set_answered(h.token, h.at)
    if defect then
        h.defect = defect
    else
        learn(h.name, h.dev, h.resets, fields)
    end
end

local function keep(name, fields, dev)
    if #S.came < CAME_MOST then
        fields.dev = fields.dev or dev
        S.came[#S.came + 1] = { name = name, fields = fields, dev = dev, bus = defs[name].bus }
    end
    if name == "EVENT_DEVICE" then
        S.removed(fields.device_number, fields.device_bus_state == C.BUS_STATE.REMOVED)
    end
end

-- A bus completes a request by a failure (SUT contract, section 2).
local function fail(failure)
    local h = find(failure.msg_id, false, failure.dev_num, failure.token)
    if h then
        remove(h)
        h.failed = failure.error
        set_answered(h.token, h.at)
    end
end

--[[
Whose answer is it? First by the book: token, device and id. A SUT that gets one of these wrong is
the oracle's business; the scenario goes on with the request that the message most likely means.
]]
local function arrive(name, fields, type, id, dev, token, defect)
    local response, bus = type & 1 == 1, type & 2 == 2
    if name == "REQUEST_FAILED" and not defect then
        fail(fields)
    end
    if response then
        local h = find(id, bus, dev, token)
        if h then
            S.right = true
            return answer(h, fields, defect)
        end
    elseif name and (defs[name].event or defs[name].either) then
        if not defect then
            keep(name, fields, dev)
            if name == "PING" then
                put(0, encode("PING", 0, token, { data = fields.data }, true))
            end
        end
        return
    end
    local h = find(id, nil, nil, token)
    if not h and response and S.right and name and core.answered(token) == defs[name].at then
        return -- a second answer, of a SUT that gets tokens right
    end
    h = h or find(id, nil, dev) or find(id)
    if h then
        return answer(h, core.decode_again(h.bus and 3 or 1))
    end
    if name and not response and not defect then
        keep(name, fields, dev)
    end
end

M.arrive = arrive

-- What core.wait() told. False when nothing came.
local function take_in(what, name, ...)
    if what == "message" then
        arrive(name, ...)
    elseif what == "line" then
        S.line = name
    end
    return what ~= nil
end

-- Take in what comes next. False when the deadline passed first.
function M.pump(deadline)
    if S.pump then
        return S.pump(deadline)
    end
    return take_in(wait(deadline))
end

local pump = M.pump

-- How core.ask() ended: the answer; or the handle of a request that is still under way, and until
-- when it is to be waited for. The last seven are what core.wait() tells of a message.
local function asked(d, fields, token, dev, answer, deadline, what, name, f, type, id, from, t, defect)
    if answer then
        S.right = true
        if d.teaches then
            learn(d.name, dev, d.name == "SET_DEVICE_STATUS" and resets(fields), answer)
        end
        return answer
    end
    local h = under_way(d, token, dev, true, fields)
    take_in(what, name, f, type, id, from, t, defect)
    return nil, h, deadline
end

--[[
A request without options. Nearly always the next message is its answer, and then one call of the
engine does all of it; whatever else comes goes the long way.
]]
local function ask(d, fields, dev)
    if S.pump then
        local deadline = now() + S.patience
        return nil, M.send(d.name, fields, dev and { dev = dev }), deadline
    end
    local token = fresh_token()
    dev = dev or (d.bus and 0 or S.dev)
    if d.arranges and fields then
        remember(fields)
    end
    return asked(d, fields, token, dev, core_ask(d.at, dev, token, fields, S.patience))
end

-- After which a SUT that answers nothing is called wedged.
local function long_enough()
    return core.heard() and S.timeout or S.start
end

-- A slow SUT got a second request beside the one that it has answered now: nothing stays under way.
local function finish(second, deadline)
    while not second.answer and pump(deadline) do
    end
    remove(second)
end

local function other_than(name)
    return name == "GET_DEVICE_INFO" and "GET_DEVICE_STATUS" or "GET_DEVICE_INFO"
end

--[[
What a fence asks, and what when that stays unanswered; of whom, nil: of the device that the scenario
is about. When that was removed, another one is asked, or the bus.
]]
local function questions()
    local bus = S.facts.bus
    if not S.gone[S.dev] then
        return S.fence_name, other_than(S.fence_name)
    end
    for _, dev in ipairs(S.facts.devices) do
        if not S.gone[dev] then
            return S.fence_name, other_than(S.fence_name), dev
        end
    end
    if not (bus.PING or bus.GET_DEVICES) then
        core.finish("inconclusive", "all devices were removed, and nothing is left to be asked")
    end
    return bus.PING and "PING" or "GET_DEVICES", bus.GET_DEVICES and "GET_DEVICES" or "PING"
end

--[[
A valid request whose answer proves that all before it was processed. A SUT that loses one answer,
or has none to this request, is not dead yet, so another one is sent before it is called wedged; not
when h was answered, though.
]]
local function pass_fence(h)
    local name, other, dev = questions()
    local answer, f, deadline = ask(defs[name], FENCE_FIELDS[name], dev)
    if answer then
        return
    end
    local function done()
        return f.answer or f.failed or h and h.answer
    end
    while not done() and pump(deadline) do
    end
    if done() then
        return
    end
    local second = M.send(other, FENCE_FIELDS[other], dev and { dev = dev })
    local longest = long_enough()
    deadline = now() + longest
    while not done() and not second.answer and pump(deadline) do
    end
    if done() then
        return finish(second, deadline)
    end
    if second.answer then
        S.fence_name = second.bus and S.fence_name or other
        return
    end
    core.finish("wedged", ("%s was not answered within %d ms"):format(name, longest // 1000000))
end

function M.fence()
    pass_fence()
end

-- Wait for the answer of h, until the deadline without a fence. h.answer stays nil when none comes.
local function settle(h, deadline)
    while not h.answer and not h.failed and deadline and pump(deadline) do
    end
    if h.answer or h.failed then
        return
    end
    pass_fence(h)
    -- The order of requests binds a device, not the bus: give its answer the time of a request.
    deadline = now() + S.patience
    while not h.answer and not h.failed and h.bus and h.plain and pump(deadline) do
    end
    if not h.answer then
        remove(h)
    end
end

function M.settle(h, patience)
    settle(h, patience > 0 and now() + patience)
end

local function taken(h)
    if h.defect then
        core.finish("inconclusive", ("the answer to %s is malformed (%s)"):format(h.name, h.defect))
    end
    return h.answer
end

function M.await(h, patience)
    M.settle(h, patience or S.patience)
    return taken(h)
end

function M.request(name, fields, o)
    local answer, h, deadline
    for _ = 1, S.discovering and 3 or 1 do -- an answer that is lost now and then ends no discovery
        if o then
            deadline = now() + S.patience
            h = M.send(name, fields, o)
        else
            answer, h, deadline = ask(request_def(name), fields)
            if answer then
                return answer
            end
        end
        settle(h, deadline)
        if h.answer or h.failed then
            break
        end
    end
    if not h.answer then
        core.finish("inconclusive", h.failed and ("the bus failed %s with error %d"):format(name,
            h.failed) or name .. " is not answered")
    end
    return taken(h)
end

function M.try(name, fields, o)
    return M.await(M.send(name, fields, o), 0)
end

-- The opening, which waits for a SUT that is being started: GET_DEVICE_INFO, or GET_DEVICE_STATUS for a SUT that lacks it; also the fence.
function M.open(patience)
    local info = M.send("GET_DEVICE_INFO")
    local deadline = now() + patience
    while not info.answer and pump(deadline) do
    end
    if not info.answer then
        local status = M.send("GET_DEVICE_STATUS")
        local longest = long_enough()
        deadline = now() + longest
        while not info.answer and not status.answer and pump(deadline) do
        end
        if not info.answer and not status.answer then
            core.finish("wedged", ("device %d answered neither GET_DEVICE_INFO nor " ..
                "GET_DEVICE_STATUS within %d ms"):format(S.dev, longest // 1000000))
        end
        if not info.answer then
            S.fence_name = "GET_DEVICE_STATUS"
            remove(info)
        else
            finish(status, deadline)
        end
    end
    core.opened()
    S.info = not info.defect and info.answer or nil
    S.no_info = info.answer and "malformed" or "not answered"
end

-- For those who wait in steps: memory, or a status that changes by itself.
function M.steps()
    local step = 500 * 1000
    return function(deadline)
        step = math.min(step * 2, 20 * 1000 * 1000)
        pump(math.min(deadline, now() + step))
        return now() < deadline
    end
end

local function matches(e, name, fields)
    if e.name ~= name or e.used then
        return false
    end
    for k, v in pairs(fields) do
        if e.fields[k] ~= v then
            return false
        end
    end
    return e.bus or fields.dev ~= nil or e.dev == S.dev
end

function M.expect(name, fields, patience)
    local deadline, from = now() + (patience or S.timeout), 1
    def_of(name)
    repeat
        for i = from, #S.came do
            if matches(S.came[i], name, fields or {}) then
                S.came[i].used = true
                return S.came[i].fields
            end
        end
        from = #S.came + 1
    until not pump(deadline)
    if name == "EVENT_USED" and fields and fields.vq_index then
        core.note("overdue", S.dev, fields.vq_index, 0, "",
            ("no EVENT_USED for queue %d came in time"):format(fields.vq_index))
    end
    return nil
end

function M.received(name)
    local list = {}
    def_of(name)
    for _, e in ipairs(S.came) do
        if e.name == name then
            list[#list + 1] = e.fields
        end
    end
    return list
end

return M
