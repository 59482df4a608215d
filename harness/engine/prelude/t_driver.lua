-- The object that a scenario for drivers is given; docs/scenarios.md is its reference.
local core, import = ...
local S = import "session"
local C = import "constants"
local W = import "world"
local D = import "driven"

local methods = {}

for name, method in pairs(import "served") do
    methods[name] = method
end

-- ---- waiting ----

function methods.boot(_, dev) D.boot(dev or S.dev) end
function methods.quiet() D.quiet() end

-- Until the driver has certainly taken in all that it was sent; at most five times that.
function methods.idle() W.quiet(S.facts.idle_ns, 5 * S.facts.idle_ns) end

-- Until a rule has applied; else the situation does not arise.
function methods.await_met(_, rule)
    if not W.serve(function() return rule.met > 0 end) then
        core.finish("inconclusive", ("the driver sends no %s there"):format(rule.name))
    end
end
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

-- One more buffer in a queue, by the driver's user, and its notification; false: refused.
function methods.try_kick(_, vq, dev)
    dev = dev or S.dev
    local from = methods.count(nil, "EVENT_AVAIL", dev)
    if not methods.try_upper(nil, ("kick %d %d"):format(dev, vq)) then
        return false
    end
    W.kicked[dev .. " " .. vq] = true
    if S.facts.polling then
        D.quiet()
    else
        W.serve(function()
            return methods.count(nil, "EVENT_AVAIL", dev) > from
        end, 20 * 1000 * 1000)
    end
    return true
end

--[[
The same, where there must be room once the driver has taken its used buffers back, for which it has
time. That there is none is a fact that the oracle has to know; a driver that refuses the first one
may have no use for that queue.
]]
function methods.kick(_, vq, dev)
    dev = dev or S.dev
    if not S.facts.upper then
        core.finish("inconclusive", "needs the upper tester")
    end
    local deadline = core.now() + S.timeout
    while not methods.try_kick(nil, vq, dev) do
        if not W.kicked[dev .. " " .. vq] then
            return false
        elseif core.now() >= deadline then
            core.note("refused", dev, vq, 0, "",
                ("the driver makes no further buffer available on queue %d"):format(vq))
            return false
        end
        D.quiet()
    end
    return true
end

local MS = 1000 * 1000
local MARGIN = 2000 * MS -- for a driver on a slow machine

local function gives_up(m, dev)
    return m.name == "SET_DEVICE_STATUS" and m.dev == dev and not m.defect
        and (m.fields.status == 0 or m.fields.status & C.S.FAILED ~= 0)
end

--[[
Nothing is left to wait for when the driver has fallen silent and owes no recovery: its device never
answered what it asked first, or not even the reset.
]]
local function over(dev, per)
    local counts, last = W.counts[dev] or {}, W.last_act[dev]
    local owes_nothing = last and gives_up(last, dev)
        or not last and (counts.GET_DEVICE_INFO or 0) >= S.facts.attempts
    return owes_nothing and core.now() - W.last_at > 2 * per + 200 * MS
end

-- It asks whether the device has been reset, and did so not long ago: what it does instead may follow.
local function polls(dev, long)
    local last, at = W.last_act[dev], W.polled_at[dev]
    return last and gives_up(last, dev) and at and core.now() - at < long
end

--[[
Let the driver's own policy run out while a request of it stays unanswered: until it resets or
gives up, or for much longer than all its declared attempts take. True when it did something.
]]
function methods.exhaust(_, dev)
    dev = dev or S.dev
    local at, began = #W.heard + 1, core.now()
    local per = S.facts.timeout_given and S.facts.request_timeout_ns or 1000 * MS
    local deadline = began + 2 * (S.facts.attempts + 1) * per + MARGIN
    local function recovered()
        while at <= #W.heard do
            at = at + 1
            if gives_up(W.heard[at - 1], dev) then
                return true
            end
        end
    end
    local function patient()
        local now = core.now()
        if now < deadline and not over(dev, per) then
            return true
        elseif now < began + S.facts.reset_polling_ns then
            return polls(dev, per + MARGIN)
        end
        return polls(dev, per + MARGIN) and not polls(dev, per) -- see it poll, to tell of it
    end
    while patient() do
        W.pump(core.now() + per // 2)
        if recovered() then
            return true
        end
    end
    core.note("patience-over", dev, 0, 0, "",
        ("device %d left a request unanswered for longer than all attempts take"):format(dev))
    return false
end

-- Did it reset or give up that device, in what came from there on?
local function recovers(dev, first)
    for i = first, #W.heard do
        if gives_up(W.heard[i], dev) then
            return true
        end
    end
end

--[[
The same for a driver that does not end there: until it is silent, or has been busy for longer than that.
The oracle is told of each of these devices, but not of one that recovers and meets the same again.
]]
function methods.outlast(_, ...)
    local per = S.facts.timeout_given and S.facts.request_timeout_ns or 1000 * MS
    local silence = 2 * (S.facts.attempts + 1) * per
    local deadline, count, at = core.now() + silence + S.facts.reset_polling_ns, W.count, core.now()
    local first = #W.heard + 1
    while core.now() < deadline and core.now() < at + silence do
        W.pump(math.min(at + silence, deadline))
        if W.count > count then
            count, at = W.count, core.now()
        end
    end
    for _, dev in ipairs{ ... } do
        if core.now() < deadline or not recovers(dev, first) then
            core.note("patience-over", dev, 0, 0, "",
                "the driver has had longer than all its attempts take")
        end
    end
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
        dev = S.dev, model = W.devices[1][2], devices = W.numbers(), strict = f.strict, max_msg_size = f.max_msg_size,
        upper_available = f.upper, ping_available = f.ping, mem_base = f.mem_base,
        mem_size = f.mem_size, seed = f.seed, polling = f.polling,
        timeout_ms = f.request_timeout_ns // 1000000, attempts = f.attempts,
        F = C.F, S = C.S, VQ = C.VQ,
    }, mt)
end
