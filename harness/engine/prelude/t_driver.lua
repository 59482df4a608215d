-- The object that a scenario for drivers is given; docs/scenarios.md is its reference.
local core, import = ...
local S = import "session"
local B = import "build"
local C = import "constants"
local W = import "world"
local D = import "driven"

local methods = {}

-- ---- waiting ----

function methods.boot(_, dev) D.boot(dev or S.dev) end
function methods.quiet() D.quiet() end
function methods.sanity() D.sanity() end

local function status_name(bits)
    for name, bit in pairs(C.S) do
        if bit == bits then
            return name
        end
    end
    return ("status 0x%x"):format(bits)
end

function methods.await_status(_, bits, dev)
    D.await_status(dev or S.dev, bits, status_name(bits))
end

local function matches(m, name, fields, dev)
    if m.name ~= name or m.defect or (not m.bus and m.dev ~= dev) then
        return false
    end
    for k, v in pairs(fields) do
        if m.fields[k] ~= v then
            return false
        end
    end
    return true
end

local function find(name, fields, dev, from)
    for i = from, #W.heard do
        if matches(W.heard[i], name, fields, dev) then
            return W.heard[i], i
        end
    end
end

-- A message that comes from now on; nil when the driver stays silent for its patience.
function methods.await(_, name, fields, options)
    local from, found = #W.heard + 1, nil
    local dev = options and options.dev or S.dev
    B.def_of(name)
    W.serve(function()
        found = find(name, fields or {}, dev, from)
        return found ~= nil
    end, options and options.patience)
    return found and found.fields
end

function methods.received(_, name, fields, options)
    local list, at, m = {}, 0, nil
    local dev = options and options.dev or S.dev
    B.def_of(name)
    repeat
        m, at = find(name, fields or {}, dev, (at or 0) + 1)
        list[#list + 1] = m and m.fields
    until not m
    return list
end

-- ---- stepping in ----

local function rule(kind)
    return function(_, name, what, options)
        return W.rule(kind, name, what, options)
    end
end

methods.on_request = rule("request")
methods.on_answer = rule("answer")
methods.on_event = rule("event")

local function always(word)
    return function()
        return word
    end
end

function methods.lose_request(_, name, options)
    return W.rule("request", name, always("lose"), options or { times = 1 })
end

function methods.lose_answer(_, name, options)
    return W.rule("answer", name, always("lose"), options or { times = 1 })
end

function methods.repeat_answer(_, name, options)
    return W.rule("answer", name, always("twice"), options or { times = 1 })
end

function methods.hold_answer(_, name, options)
    return W.rule("answer", name, always("hold"), options or { times = 1 })
end

function methods.release() W.release() end

function methods.clear() W.rules = {} end

function methods.vanish(_, dev) W.gone[dev or S.dev] = true end
function methods.appear(_, dev) W.gone[dev or S.dev] = nil end

-- ---- speaking as the device, and as its bus ----

function methods.say(_, name, fields, options) W.send(B.encode(name, fields, options)) end
function methods.encode(_, name, fields, options) return B.encode(name, fields, options) end
function methods.raw(_, bytes) W.send(bytes) end
function methods.device(_, command) W.command(command) end
function methods.status(_, dev) return W.status(dev or S.dev) end
function methods.token() return S.fresh_token() end
function methods.random(_, n) return core.random(n) end

-- ---- the driver's user ----

function methods.upper(_, command)
    if not S.facts.upper then
        core.finish("inconclusive", "needs the upper tester")
    end
    local reply = D.command(command)
    if reply ~= "ok" then
        core.finish("inconclusive", ("the upper tester %s to '%s'"):format(
            reply and ("replies '%s'"):format(reply) or "does not reply", command))
    end
end

function methods.try_upper(_, command)
    return S.facts.upper and D.command(command) == "ok"
end

--[[
Let the driver's own policy run out while a request of it stays unanswered: until it resets or
gives up, or for much longer than all its declared attempts take. True when it did something.
]]
function methods.exhaust(_, dev)
    dev = dev or S.dev
    local from = #W.heard + 1
    local per = S.facts.timeout_given and S.facts.request_timeout_ns or 1000 * 1000 * 1000
    local deadline = core.now() + 2 * (S.facts.attempts + 1) * per + 500 * 1000 * 1000
    local function recovered()
        for i = from, #W.heard do
            local m = W.heard[i]
            if m.name == "SET_DEVICE_STATUS" and m.dev == dev and not m.defect
                and (m.fields.status == 0 or m.fields.status & C.S.FAILED ~= 0) then
                return true
            end
        end
    end
    while not recovered() and core.now() < deadline and W.pump(deadline) do
    end
    if recovered() then
        return true
    end
    core.note("patience-over", dev, 0, 0, "",
        ("device %d left a request unanswered for longer than all attempts take"):format(dev))
    return false
end

function methods.inconclusive(_, reason) core.finish("inconclusive", tostring(reason)) end
function methods.skip(_, reason) core.finish("skip", tostring(reason)) end

local absent = {}

local function missing(_, key)
    if methods[key] then
        return methods[key]
    end
    if not absent[key] then
        error("t." .. tostring(key) .. " does not exist", 2)
    end
end

local mt = { __index = missing, __metatable = false }

return function()
    local f = S.facts
    return setmetatable({
        dev = S.dev, model = W.devices[1][2], strict = f.strict, max_msg_size = f.max_msg_size,
        upper_available = f.upper, ping_available = f.ping, mem_base = f.mem_base,
        mem_size = f.mem_size, seed = f.seed, polling = f.polling,
        timeout_ms = f.request_timeout_ns // 1000000, attempts = f.attempts,
        F = C.F, S = C.S, VQ = C.VQ,
    }, mt)
end
