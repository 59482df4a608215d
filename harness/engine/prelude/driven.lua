-- A driver under test: its first words, its progress, whether it lives.
local core, import = ...
local S = import "session"
local B = import "build"
local W = import "world"
local C = import "constants"

local D = {}

local PING_DATA = 0x76697274
local BUSY = 1000 -- messages that lead nowhere, of a driver that is not just idle
local MS = 1000 * 1000

-- Wait for the first message. False: none came.
function D.hear()
    S.start = math.max(S.start, W.patience())
    return W.serve(function() return W.count > 0 end, S.start)
end

-- The first message; a driver may start slowly.
function D.open()
    if not D.hear() then
        core.finish("wedged", ("the driver sent nothing within %d ms"):format(S.start // 1000000))
    end
end

local function has(dev, bits)
    return function()
        return W.status(dev) & bits == bits
    end
end

local function last_words()
    local m = W.heard[#W.heard]
    return m and ("its last message was %s"):format(m.name or "none that is known")
        or "it sent nothing"
end

--[[
Until the device's status has these bits; ends the scenario when it never gets there. A driver may
give up, or want nothing of this device; but one that began with a device which did nothing unusual,
and then stopped or goes round in circles, no longer works.
]]
function D.await_status(dev, bits, name)
    -- One that drove nothing at the first connection, for which it had its time, is not waited for.
    local from, patience = W.count, not next(S.facts.driven) and 200 * MS or nil
    if W.serve(has(dev, bits), patience) then
        core.opened()
        return
    end
    local status, lost = W.status(dev), ("the driver did not set %s on device %d: %s"):format(
        name, dev, last_words())
    local busy = status ~= 0 and status & C.S.FAILED == 0 or W.count - from > BUSY
        or W.harmless and S.facts.runs[S.facts.model]
    core.finish(W.undisturbed and busy and "wedged" or "inconclusive", lost)
end

function D.boot(dev)
    D.await_status(dev, C.S.DRIVER_OK, "DRIVER_OK")
end

-- One command to the upper tester of the SUT: "ok", another line, or nil when none comes.
function D.command(line)
    S.line = nil
    core.remark("upper tester: " .. line)
    core.command(line)
    W.serve(function() return S.line ~= nil end, S.timeout)
    return S.line
end

local function ping()
    return core.encode("PING", 0, S.fresh_token(), { data = PING_DATA }, false)
end

function D.ping()
    W.ping = nil
    W.send(ping())
    return W.serve(function() return W.ping ~= nil end, S.timeout)
end

--[[
Does the driver still react? By its upper tester, else by PING when it is known to answer one; a
driver that has neither may be idle for good, and only a closed connection shows that it is dead.
]]
function D.sanity()
    if S.facts.upper then
        if not D.command("status " .. S.dev) then
            core.finish("wedged", ("the upper tester does not reply within %d ms"):format(
                S.timeout // 1000000))
        end
    elseif S.facts.ping then
        if not D.ping() then
            core.finish("wedged", ("PING was not answered within %d ms"):format(
                S.timeout // 1000000))
        end
    end
    D.quiet()
end

-- Until the driver has nothing more to say for a while; no verdict rests on it.
function D.quiet()
    W.quiet(20 * MS, 100 * MS)
end

-- Let what the driver owes come: a notification follows at once, all else may take its time.
local function collect()
    local began = core.now()
    while true do
        local owes, notification = core.owes()
        local patience = owes and S.timeout or notification and 500 * MS
        if not patience or not W.pump(began + patience) then
            return
        end
    end
end

-- After a scenario: the device works again, and what the driver owes may come.
function D.close()
    W.rules = {}
    W.gone = {}
    W.release()
    collect()
    D.sanity()
    collect() -- a busy driver has gone on meanwhile
end

-- Models of the devices for which test(device number) holds.
local function models_of(devices, test)
    local models = {}
    for _, d in ipairs(devices) do
        if test(d[1]) then
            models[#models + 1] = d[2]
        end
    end
    return models
end

local function reached(devices)
    return models_of(devices, function(dev)
        return W.status(dev) & C.S.DRIVER_OK ~= 0
    end)
end

-- A broken driver may not get far with the device that it is for, but it does more than to look, or,
-- when it drives another, to reset and acknowledge what it finds.
local function began(devices, drives_another)
    local looks = { GET_DEVICE_INFO = true, GET_DEVICE_STATUS = true, SET_DEVICE_STATUS = drives_another }
    return models_of(devices, function(dev)
        for name in pairs(W.counts[dev] or {}) do
            if not looks[name] and not B.defs[name].bus and W.status(dev) & C.S.DRIVER_OK == 0 then
                return true
            end
        end
    end)
end

-- The devices of one try of the discovery: see discovery.c.
local function tried(f)
    local models = { "block", "entropy" }
    if not f.devices_given then
        return f.try == 0 and { { f.devices[1], "block" }, { f.devices[2], "entropy" } }
            or { { f.devices[1], models[f.try] } }
    end
    local list = {}
    for i, dev in ipairs(f.devices) do
        list[i] = { dev, models[(i + f.try - 1) % 2 + 1] }
    end
    return list
end

-- The first connection: what the driver drives, and whether it answers PING.
function D.discover(out)
    local f = S.facts
    local devices = tried(f)
    out.tested, out.devices, out.probes = { f.dev }, f.devices, {}
    W.begin{ all = devices }
    S.first()
    if not D.hear() then
        return
    end
    -- A slow driver has its patience until the first device runs; the others come soon after.
    if W.serve(function() return #reached(devices) > 0 end) then
        local deadline = core.now() + W.patience()
        W.serve(function()
            return #reached(devices) == #devices or core.now() >= deadline
        end, 500 * MS)
    end
    out.driven = reached(devices)
    local runs = table.concat(out.driven, ",")
    out.runs = #out.driven > 0
    local to = #out.driven > 0 and "" or ", but not to DRIVER_OK"
    local more = began(devices, #out.driven > 0)
    if #out.driven > 0 and #more > 0 then
        to = (", and %s, but not to DRIVER_OK"):format(table.concat(more, ", "))
    elseif #more > 0 then
        out.driven, more = more, {}
    end
    for _, m in ipairs(W.heard) do
        out.enumerates = out.enumerates or m.name == "GET_DEVICES"
    end
    out.drives = #out.driven > 0
    local text = table.concat(out.driven, ", ")
    table.move(more, 1, #more, #out.driven + 1, out.driven)
    local carried = core.carries(0, ping()) -- else nothing can be said of it
    local answers = carried and D.ping()
    out.ping = answers or not carried
    out.probes[f.dev] = ("%s;%s;%s"):format(table.concat(out.driven, ","), runs,
        answers and "ping" or "")
    out.assumed = ("drives %s%s%s"):format(
        #out.driven > 0 and text .. to or "no device",
        out.enumerates and ", enumerates with GET_DEVICES" or "",
        answers and ", answers PING" or "")
end

-- What the discovery found, for a scenario.
function D.begin(spec, needs)
    local f = S.facts
    local driven, runs, ping = (f.probe or ";;"):match("^(.-);(.-);(.-)$")
    f.ping = ping == "ping"
    f.driven, f.runs = {}, {} -- models that it tries to drive, and those that reach DRIVER_OK
    for model in driven:gmatch("[^,]+") do
        f.driven[model] = true
    end
    for model in runs:gmatch("[^,]+") do
        f.runs[model] = true
    end
    f.model = needs and needs.model or driven:match("^[^,]+")
    W.begin(spec)
end

return D
