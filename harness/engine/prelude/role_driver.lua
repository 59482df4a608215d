-- A driver under test: the scenario is its device.
local core, import = ...
local S = import "session"
local C = import "constants"
local W = import "world"
local D = import "driven"
local N = import "needs"
local new_t = import "t_driver"

local role = { discover = D.discover, close = D.close }

function role.run(scenario)
    D.begin(scenario.device or {}, scenario.needs)
    N.after(scenario.needs)
    if not scenario.unopened then
        D.open()
    end
    scenario.run(new_t())
    if W.status(S.dev) & C.S.DRIVER_OK ~= 0 then
        core.opened()
    end
end

return role
