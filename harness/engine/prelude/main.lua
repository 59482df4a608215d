-- What the engine calls.
local core, import = ...
local S = import "session"
local M = import "messages"
local I = import "init"
local N = import "needs"
local P = import "probe"
local new_t = import "t"

local main = {
    environment = import "sandbox",
    check = import "suite",
    before = N.before,
}

-- The first connection of a run.
function main.discover(facts)
    S.begin(facts)
    P.discover()
end

function main.discovered()
    return P.out
end

-- One scenario on an open connection.
function main.run(scenario, facts)
    S.begin(facts)
    M.open(facts.probe and S.timeout or M.PATIENCE_NS)
    N.after(scenario.needs)
    scenario.run(new_t())
end

local function poll_rings()
    for _, r in ipairs(S.rings) do
        r:poll()
    end
end

-- After a scenario: wait for what the SUT owes, then a fence. Returns only when it is answered.
function main.close()
    if core.owes() then
        M.fence()
    end
    I.await_reset()
    local deadline, step = core.now() + S.timeout, M.steps()
    poll_rings()
    while core.owes() do
        local more
        if S.rings[1] then
            more = step(deadline)
            poll_rings()
        else
            more = M.pump(deadline)
        end
        if not more then
            break
        end
    end
    M.fence()
    poll_rings()
end

return main
