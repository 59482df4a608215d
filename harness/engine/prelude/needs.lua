--[[
What a scenario needs, one entry a need: which values it may have, and a check `before` the
connection, by what is declared, or `after` the opening, by what the device has. A check returns
nothing when the need is met; else what becomes of the scenario ("skip": the conformance statement
says that it is absent; "unobservable": this way of attaching the SUT cannot show it;
"inconclusive") and the reason.
]]
local core, import = ...
local S = import "session"
local I = import "init"
local P = import "probe"
local IO = import "io"

-- What is known of the device; found out now when the first connection of the run could not.
local function known(writable)
    if not S.info then
        core.finish("inconclusive", "GET_DEVICE_INFO is " .. S.no_info)
    end
    if not S.probe or (writable and S.probe.writable == nil) then
        S.probe = P.device(writable)
    end
    return S.probe
end

local function yes(value)
    return value == true
end

local function count(value)
    return math.type(value) == "integer" and value > 0
end

local function one_of(...)
    local set = {}
    for _, word in ipairs{ ... } do
        set[word] = true
    end
    return function(value)
        return set[value] or false
    end
end

local needs = {}

local function memory(f)
    if f.mem_size == 0 then
        return "unobservable", "no DMA memory is shared with the SUT"
    end
end

needs.memory = { valid = yes, before = memory }

needs.upper = {
    valid = yes,
    before = function(f)
        if not f.upper then
            return "inconclusive", "needs the upper tester"
        end
    end,
}

needs.profile = {
    valid = one_of("strict", "baseline"),
    before = function(f, value)
        if value == "strict" and not f.strict_offered then
            return "skip", "the SUT does not offer the strict profile (transport feature bit 0)"
        end
    end,
}

needs.notifications = {
    valid = one_of("events", "polling"),
    before = function(f, value)
        local mode = f.polling and "polling" or "events"
        if value ~= mode then
            return "skip", ("the SUT declares notifications = \"%s\""):format(mode)
        end
    end,
}

needs.boundaries = {
    valid = yes,
    before = function(f)
        if not f.boundaries then
            return "unobservable", "this adapter does not keep packet boundaries"
        end
    end,
}

needs.model = {
    valid = one_of("block", "entropy"),
    after = function(model)
        if not S.facts.driven[model] then
            return "inconclusive", ("the driver drives no %s device"):format(model)
        end
    end,
}

needs.ping = {
    valid = yes,
    after = function()
        if not S.facts.ping then
            return "inconclusive", "the driver does not answer PING"
        end
    end,
}

needs.timeout = {
    valid = yes,
    before = function(f)
        if not f.timeout_given then
            return "inconclusive", "the conformance statement does not declare request_timeout_ms"
        end
    end,
}

needs.bus = {
    valid = one_of("GET_DEVICES", "PING", "EVENT_DEVICE"),
    before = function(f, name)
        if not f.bus[name] then
            return "skip", ("the SUT does not implement %s"):format(name)
        end
    end,
}

needs.max_msg_size = {
    valid = count,
    before = function(f, most)
        if f.max_msg_size > most then
            return "inconclusive", ("needs a maximum message size of at most %d"):format(most)
        end
    end,
}

local function queues(n)
    if #known().queues < n then
        return "inconclusive", ("device %d has %d available virtqueues, %d are needed"):format(
            S.dev, #S.probe.queues, n)
    end
end

needs.queues = { valid = count, after = queues }

needs.queue = {
    valid = yes,
    after = function()
        return queues(1)
    end,
}

needs.config = {
    valid = count,
    after = function(n)
        known()
        if S.info.config_size < n then
            return "inconclusive", ("the configuration space of device %d has %d bytes, %d are needed"):format(
                S.dev, S.info.config_size, n)
        end
    end,
}

needs.writable = {
    valid = yes,
    after = function()
        local declared = S.facts.writable
        if declared and not declared[1] then
            return "skip", "the conformance statement says that nothing may be written"
        end
        if not declared and not known(true).writable then
            return "inconclusive", "no writable range of the configuration space was found"
        end
        S.writable = declared and declared[1] or S.probe.writable
    end,
}

-- Does a device that offers these features lack this one? The kind and the reason then.
local function lacks(offered, name, facts)
    if I.offers(offered, I.bit_of(name)) then
        return
    end
    if facts.optional[tostring(name):lower()] == false then
        return "skip", ("the conformance statement says that %s is absent"):format(name)
    end
    return "inconclusive", ("the device does not offer %s"):format(name)
end

needs.feature = {
    valid = function(value)
        return (pcall(I.bit_of, value))
    end,
    after = function(name)
        return lacks(known().features, name, S.facts)
    end,
}

-- Which features a form of rings is made of; split rings with descriptors in the ring need none.
local forms = {
    indirect = { "INDIRECT_DESC", says = "indirect descriptors" },
    packed = { "RING_PACKED", says = "packed ring" },
    ["packed-indirect"] = {
        "RING_PACKED", "INDIRECT_DESC", says = "packed ring, indirect descriptors",
    },
}

local function lacks_form(offered, form, facts)
    for _, name in ipairs(forms[form]) do
        local kind, reason = lacks(offered, name, facts)
        if kind then
            return kind, reason
        end
    end
end

-- What the device lacks is known before a connection is made for it, mostly.
needs.rings = {
    valid = function(value)
        return forms[value] ~= nil
    end,
    before = function(f, form)
        if f.probe then
            return lacks_form(P.unpack(f.probe).features, form, f)
        end
    end,
    after = function(form)
        S.ring_features = forms[form]
        return lacks_form(known().features, form, S.facts)
    end,
}

needs.io = {
    valid = yes,
    before = memory,
    after = function()
        known()
        local kind = IO.type_of(S.info)
        if not kind then
            return "inconclusive", ("the engine builds no request for device type %d"):format(
                S.info.device_id)
        end
        for _, vq in ipairs(S.probe.queues) do
            if vq == kind.queue then
                S.vq = vq
                return
            end
        end
        return "inconclusive", ("virtqueue %d of the %s device is not available"):format(
            kind.queue, kind.name)
    end,
}

local N = { forms = forms }

-- Is this the name of a need, and may it have this value? An error message, or nil.
function N.problem(name, value)
    if not needs[name] then
        return ("unknown need '%s'"):format(tostring(name))
    end
    if not needs[name].valid(value) then
        return ("need '%s' cannot be %s"):format(name, tostring(value))
    end
end

local orders = setmetatable({}, { __mode = "k" }) -- of a scenario's needs: asked for each device
local nothing = {}

local function in_order(wanted)
    if not wanted then
        return nothing
    end
    local names = orders[wanted]
    if names then
        return names
    end
    names = {}
    for name in pairs(wanted) do
        names[#names + 1] = name
    end
    table.sort(names)
    orders[wanted] = names
    return names
end

-- Before the connection. Nothing when all may be met, else the kind and the reason.
function N.before(wanted, facts)
    for _, name in ipairs(in_order(wanted)) do
        if needs[name].before then
            local kind, reason = needs[name].before(facts, wanted[name])
            if kind then
                return kind, reason
            end
        end
    end
end

local function take_probe()
    if not S.facts.probe or S.facts.role ~= "device" then
        return
    end
    S.probe = P.unpack(S.facts.probe)
    S.offered = S.probe.features
    for i, max in pairs(S.probe.max_size) do
        S.max_size[i] = max
    end
end

-- On an open connection; ends the scenario when a need is not met.
function N.after(wanted)
    take_probe()
    for _, name in ipairs(in_order(wanted)) do
        if needs[name].after then
            local kind, reason = needs[name].after(wanted[name])
            if kind then
                core.finish(kind, reason)
            end
        end
    end
    S.vq = S.vq or S.probe and S.probe.queues[1]
end

return N
