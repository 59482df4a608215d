-- The object that a scenario's function is given; docs/scenarios.md is its reference.
local core, import = ...
local S = import "session"
local B = import "build"
local M = import "messages"
local I = import "init"
local C = import "constants"
local R = import "ring"
local upper = import "upper"


local methods = {}
local request = M.request

for name, d in pairs(M.defs) do
    if not d.event then
        methods[name] = function(_, fields, options)
            return request(name, fields, options)
        end
    end
end

function methods.try(_, name, fields, options) return M.try(name, fields, options) end
function methods.send(_, name, fields, options) return M.send(name, fields, options) end
function methods.await(_, handle) return M.await(handle) end
function methods.event(_, name, fields, options) return M.event(name, fields, options) end
function methods.encode(_, name, fields, options) return B.encode(name, fields, options) end
function methods.raw(_, bytes) core.send(0, bytes) end
function methods.write(_, address, bytes) core.write(address, bytes) end
function methods.fence() M.fence() end
function methods.expect(_, name, fields) return M.expect(name, fields) end
function methods.received(_, name) return M.received(name) end

-- Was it removed, by what was told of it last?
function methods.gone(_, dev) return S.gone[dev] or false end

function methods.token() return S.fresh_token() end
function methods.random(_, n) return core.random(n) end

function methods.silent(_, bytes)
    core.send(0, bytes)
    M.fence()
end

function methods.init(t, stage, options)
    I.init(stage, options)
    t.OFFERED = S.offered
end

function methods.reset() I.reset() end
function methods.status(_, bits) return I.status(bits) end
function methods.queue_setup(_, overrides) return I.queue_setup(overrides) end
function methods.ring(_, vq) return R.new(vq) end

-- For rings that the scenario writes itself: judge what is used there from now on, or no more.
function methods.watch(_, vq, used_index, dev) core.watch(dev or S.dev, vq, used_index) end
function methods.unwatch(_, vq, dev)
    dev = dev or S.dev
    core.unwatch(dev, vq)
    core.note("no-interrupt", dev, vq, 1, "",
        ("used buffers of queue %d of device %d are not judged any more"):format(vq, dev))
end

function methods.upper(_, command) upper(command) end
function methods.inconclusive(_, reason) core.finish("inconclusive", tostring(reason)) end
function methods.skip(_, reason) core.finish("skip", tostring(reason)) end

-- Values that are absent on purpose, against names that are misspelt.
local absent = { vq = true, vqs = true, writable = true, OFFERED = true }

local function missing(_, key)
    if key == "info" then
        core.finish("inconclusive", "GET_DEVICE_INFO is " .. S.no_info)
    end
    if not absent[key] then
        error("t." .. tostring(key) .. " does not exist", 2)
    end
end

setmetatable(methods, { __index = missing })
local mt = { __index = methods, __metatable = false }

-- more: what a role adds to it, or nil.
return function(more)
    local f = S.facts
    local t = {
        dev = S.dev, info = S.info, vq = S.vq, vqs = S.probe and S.probe.queues,
        writable = S.writable, max_msg_size = f.max_msg_size, strict = f.strict,
        upper_available = f.upper, mem_base = f.mem_base, mem_size = f.mem_size,
        devices = f.devices, seed = f.seed, OFFERED = S.offered, F = C.F, S = C.S, VQ = C.VQ,
        BUS_STATE = C.BUS_STATE,
    }
    for key, value in pairs(more or {}) do
        t[key] = value
    end
    return setmetatable(t, mt)
end
