-- Is a scenario file what docs/scenarios.md says? Errors name the file, the scenario and the mend.
local core, import = ...
local N = import "needs"

local keys = {
    name = "string", requirement = "string", clauses = "table", needs = "table", run = "function",
    scope = "string", device = "table", max_msg_size = "number", unopened = "boolean",
    rings = "table",
}
local models = { block = true, entropy = true, max = true }

local function strings(list)
    for i = 1, #list do
        if type(list[i]) ~= "string" then
            return false
        end
    end
    return true
end

-- The device that a scenario for drivers or buses plays.
local function check_device(id, d)
    for k, v in pairs(d) do
        if k == "model" and not models[v] then
            return ("%s: no device model '%s'"):format(id, tostring(v))
        elseif k == "quirks" and not (type(v) == "table" and strings(v)) then
            return id .. ": device.quirks is no list of quirk ids"
        elseif k == "others" and type(v) ~= "table" then
            return id .. ": device.others is no list of {number, model}"
        elseif k ~= "model" and k ~= "quirks" and k ~= "others" then
            return ("%s: unknown key 'device.%s'"):format(id, tostring(k))
        end
    end
end

local function check_clauses(id, clauses)
    if #clauses == 0 then
        return id .. ": it names no clause"
    end
    for _, c in ipairs(clauses) do
        if type(c) ~= "string" or not core.clause(c) then
            return ("%s: no clause '%s' in the catalogue"):format(id, tostring(c))
        end
    end
end

local function check_needs(id, needs)
    for name, value in pairs(needs or {}) do
        local problem = N.problem(name, value)
        if problem then
            return id .. ": " .. problem
        end
    end
end

local function check_rings(id, rings)
    for _, form in ipairs(rings) do
        if not N.forms[form] then
            return ("%s: no form of rings '%s'"):format(id, tostring(form))
        end
    end
end

local function check_scenario(id, s)
    for k, v in pairs(s) do
        if not keys[k] then
            return ("%s: unknown key '%s'"):format(id, tostring(k))
        elseif type(v) ~= keys[k] then
            return ("%s: '%s' is no %s"):format(id, k, keys[k])
        end
    end
    for _, k in ipairs{ "requirement", "clauses", "run" } do
        if not s[k] then
            return ("%s: it has no '%s'"):format(id, k)
        end
    end
    if s.scope and s.scope ~= "device" and s.scope ~= "bus" then
        return id .. ": its scope is neither \"device\" nor \"bus\""
    end
    if s.max_msg_size and (s.max_msg_size < 52 or s.max_msg_size > 65535) then
        return id .. ": max_msg_size is not from 52 to 65535"
    end
    return check_clauses(id, s.clauses) or check_needs(id, s.needs)
        or check_rings(id, s.rings or {}) or check_device(id, s.device or {})
end

local function with(t, key, value)
    local copy = {}
    for k, v in pairs(t or {}) do
        copy[k] = v
    end
    copy[key] = value
    return copy
end

-- A scenario that `rings` names more forms of rings for runs once for each of them, too.
local function add_forms(list)
    for i = 1, #list do
        for _, form in ipairs(list[i].rings or {}) do
            local s = with(list[i], "needs", with(list[i].needs, "rings", form))
            s.name = ("%s-%s"):format(s.name, form)
            s.requirement = ("%s (%s)"):format(s.requirement, N.forms[form].says)
            s.rings = nil
            list[#list + 1] = s
        end
    end
end

-- nil, or what is wrong with the value that the file returned; what is right gets all its forms.
return function(prefix, list)
    if type(list) ~= "table" or #list == 0 then
        return prefix .. ": the file returns no scenarios; it ends with return { { ... }, ... }"
    end
    for i, s in ipairs(list) do
        if type(s) ~= "table" or type(s.name) ~= "string" or not s.name:match("^[%w%-]+$") then
            return ("%s: scenario %d has no name made of letters, digits and '-'"):format(prefix, i)
        end
        local problem = check_scenario(prefix .. "/" .. s.name, s)
        if problem then
            return problem
        end
    end
    add_forms(list)
end
