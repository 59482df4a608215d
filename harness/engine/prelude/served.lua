--[[
What a scenario can do on the device side: look back on what the SUT sent there, step in between the
SUT and the reference device, and speak as the device and its bus. Part of the `t` for drivers, and
`t.far` for buses; docs/scenarios.md is its reference.
]]
local core, import = ...
local S = import "session"
local B = import "build"
local W = import "world"

local methods = {}

-- ---- looking ----

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
    local at, found = #W.heard + 1, nil
    local dev = options and options.dev or S.dev
    B.def_of(name)
    W.serve(function()
        found = find(name, fields or {}, dev, at)
        at = #W.heard + 1
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

-- How many came so far, of any content.
function methods.count(_, name, dev)
    B.def_of(name)
    return (W.counts[dev or S.dev] or {})[name] or 0
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

function methods.lose_event(_, name, options)
    return W.rule("event", name, always("lose"), options or { times = 1 })
end

function methods.repeat_answer(_, name, options)
    return W.rule("answer", name, always("twice"), options or { times = 1 })
end

function methods.hold_answer(_, name, options)
    return W.rule("answer", name, always("hold"), options or { times = 1 })
end

-- While the SUT waits for the answer to this request, deliver these bytes and give it time.
function methods.interrupt(t, name, bytes, options)
    local first = true
    local rule = W.rule("answer", name, function()
        if first then
            W.send(bytes)
        end
        first = false
        return "hold"
    end, { dev = options and options.dev })
    W.serve(function() return rule.met > 0 end)
    W.serve(function() return false end, 20 * 1000 * 1000)
    rule.times = 0
    W.release()
end

function methods.release() W.release() end

function methods.clear() W.rules = {} end

function methods.vanish(_, dev)
    W.gone[dev or S.dev] = true
    W.undisturbed = false
end

function methods.appear(_, dev) W.gone[dev or S.dev] = nil end

-- ---- speaking as the device, and as its bus ----

function methods.say(_, name, fields, options)
    W.undisturbed = false
    W.send(B.encode(name, fields, options))
end

function methods.encode(_, name, fields, options) return B.encode(name, fields, options) end

function methods.raw(_, bytes)
    W.undisturbed = false
    W.send(bytes)
end

function methods.write(_, address, bytes) core.write(address, bytes) end

function methods.device(_, command)
    W.undisturbed = false
    W.command(command)
end

function methods.status(_, dev) return W.status(dev or S.dev) end
function methods.token() return S.fresh_token() end
function methods.random(_, n) return core.random(n) end

return methods
