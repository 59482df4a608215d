-- The object that a scenario for buses is given; docs/scenarios.md is its reference.
local core, import = ...
local S = import "session"
local M = import "messages"
local W = import "world"
local new_t = import "t"

local far = {}
for name, method in pairs(import "served") do
    far[name] = method
end

-- How a request ends: "response" and its fields, "failure" and its error, or nil in three times the
-- declared bound.
local function outcome(_, h)
    local deadline = core.now() + 3 * S.facts.request_timeout_ns + S.timeout
    while not h.answer and not h.failed and M.pump(deadline) do
    end
    if h.answer then
        return "response", h.answer
    elseif h.failed then
        return "failure", h.failed
    end
end

-- Until that request has ended by a failure, as far as it does.
local function await_failure(t, token, dev)
    return W.serve(function()
        for _, f in ipairs(t:received("REQUEST_FAILED")) do
            if f.token == token and f.dev_num == dev then
                return true
            end
        end
    end)
end

local function far_index(_, key)
    return far[key] or error("t.far." .. tostring(key) .. " does not exist", 2)
end

return function(find_device)
    local f = S.facts
    return new_t{
        outcome = outcome,
        await_failure = await_failure,
        -- Where `run` begins before the bus has found its devices: let it, as far as it does.
        find_devices = function() return find_device(f.bus.GET_DEVICES) end,
        far = setmetatable({}, { __index = far_index, __metatable = false }),
        platform = f.platform, timeout_ms = f.request_timeout_ns // 1000000,
        synthesis = f.synthesis, polling = f.polling, models = W.devices,
        -- Serve both ends until done() holds or the bus stays silent.
        serve = function(_, done) return W.serve(done) end,
        -- Until the bus has nothing more to say for a while; no verdict rests on it.
        quiet = function() W.serve(function() return false end, 20 * 1000 * 1000) end,
    }
end
