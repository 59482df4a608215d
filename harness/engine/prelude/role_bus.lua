--[[
A bus under test: the scenario is the driver side at one end and, through the reference device, the
device side at the other.
]]
local core, import = ...
local S = import "session"
local M = import "messages"
local N = import "needs"
local W = import "world"
local P = import "probe"
local new_t = import "t_bus"

local role = {}

local usual = { "block", "entropy" }

local function begin(spec)
    local devices = {}
    for i, dev in ipairs(S.facts.devices) do
        devices[i] = { dev, i == 1 and spec.model or usual[(i - 1) % 2 + 1] }
    end
    for _, d in ipairs(spec.others or {}) do
        devices[#devices + 1] = d
    end
    W.begin{ all = devices, quirks = spec.quirks }
    W.other = M.arrive
    S.pump = W.pump
end

-- Send a request and wait for how it ends, at most for `patience`.
local function ask(patience, name, fields, options)
    local h = M.send(name, fields, options)
    local deadline = core.now() + patience
    while not h.answer and not h.failed and M.pump(deadline) do
    end
    return h
end

local function is_listed(dev)
    local h = ask(S.timeout, "GET_DEVICES", { offset = dev, count = 1 })
    local r = h.answer
    return r and not h.defect and r.count > 0 and #r.bitmap > 0 and r.bitmap:byte(1) & 1 == 1
end

local function has_information()
    local h = ask(S.facts.request_timeout_ns + S.timeout, "GET_DEVICE_INFO")
    S.info = not h.defect and h.answer or nil
    return h.answer ~= nil
end

-- A bus that starts may have to find its devices first; one that lists them shows when it has.
local function find_device(lists)
    local deadline, step = core.now() + S.start, M.steps()
    -- One that lists it wrongly may well reach it.
    while lists and core.now() < deadline - S.start // 2 and not is_listed(S.dev) do
        if not step(deadline) then
            return false
        end
    end
    while not has_information() do
        if not step(deadline) then
            return false
        end
    end
    return true
end

local function open()
    S.no_info = "not answered"
    if not find_device(S.facts.bus.GET_DEVICES) then
        core.finish("wedged", ("GET_DEVICE_INFO of device %d did not get through within %d ms")
            :format(S.dev, S.start // 1000000))
    end
    core.opened()
end

-- Does the bus tell the driver side of a device that appears at its peer? The response of a fence
-- is sent after the news at that end, so the news needs little patience then.
local function tells_arrivals()
    local spare = 9 -- a number that no device has; platform data is of no use to this probe
    if S.facts.platform then
        return false
    end
    W.command("add " .. spare)
    has_information()
    local told = M.expect("EVENT_DEVICE", { device_number = spare }, S.patience)
    W.command("remove " .. spare)
    return told ~= nil
end

-- The first connection: which bus messages there are, and whether it learns its devices by itself.
function role.discover(out)
    begin{}
    S.first()
    out.tested, out.devices, out.probes = { S.facts.dev }, S.facts.devices, {}
    P.find_bus(out)
    out.devices = S.facts.devices -- what there is, is what the harness plays
    out.drives = find_device(out.get_devices)
    if out.drives then
        P.find_ping(out)
    end
    if out.drives and not S.facts.bus_given then
        out.event_device = tells_arrivals()
    end
    out.assumed = ("the bus %s its devices%s%s%s"):format(
        not out.drives and "shows none of" or S.facts.try > 0 and "is told" or "finds",
        out.get_devices and ", answers GET_DEVICES" or "", out.ping and ", answers PING" or "",
        out.event_device and ", sends EVENT_DEVICE" or "")
end

function role.run(scenario)
    begin(scenario.device or {})
    if not scenario.unopened then
        open()
    end
    N.after(scenario.needs)
    scenario.run(new_t(find_device))
    core.opened()
end

-- Everything that is owed is due several times before the end; the closing request goes through.
function role.close()
    W.rules = {}
    W.gone = {}
    W.release()
    local deadline = core.now() + 3 * S.facts.request_timeout_ns + S.timeout
    while core.owes() and M.pump(deadline) do
    end
    for _, dev in ipairs(S.closing or { S.dev }) do
        local h = ask(3 * S.facts.request_timeout_ns + S.timeout, "GET_DEVICE_INFO", nil,
            { dev = dev })
        if not h.answer and not h.failed then
            core.finish("wedged", ("GET_DEVICE_INFO of device %d was not completed"):format(dev))
        end
    end
end

return role
