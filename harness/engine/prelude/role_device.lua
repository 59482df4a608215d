-- A device under test: the scenario is its driver.
local core, import = ...
local S = import "session"
local M = import "messages"
local I = import "init"
local N = import "needs"
local P = import "probe"
local new_t = import "t"

local role = { discover = P.discover }

function role.run(scenario)
    M.open(S.facts.probe and S.start or S.patience)
    N.after(scenario.needs)
    scenario.run(new_t())
end

local function poll_rings()
    core.poll()
    for _, r in ipairs(S.rings) do
        r:poll()
    end
end

-- Let what the device owes come. True: it all did.
local function collect()
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
            return false
        end
    end
    return true
end

-- Returns only when the closing fence is answered.
function role.close()
    if core.owes() then
        M.fence()
    end
    I.await_reset()
    local paid = collect()
    M.fence()
    poll_rings()
    if paid then -- what was used meanwhile is announced in its turn
        collect()
    end
end

return role
