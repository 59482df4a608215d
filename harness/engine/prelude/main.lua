-- What the engine calls; how each role is played is in a file of its own.
local core, import = ...
local S = import "session"
local N = import "needs"

local main = {
    environment = import "sandbox",
    check = import "suite",
    before = N.before,
}

local role -- of the connection that is open
local out -- what the discovery found so far; read whatever ends it

-- The first connection of a run.
function main.discover(facts)
    S.begin(facts)
    role = import("role_" .. facts.role)
    out = {}
    S.discovering = true
    role.discover(out)
end

function main.discovered()
    return out
end

-- One scenario on an open connection.
function main.run(scenario, facts)
    S.begin(facts)
    role = import("role_" .. facts.role)
    role.run(scenario)
end

-- After a scenario: wait for what the SUT owes, then see that it lives.
function main.close()
    role.close()
end

return main
