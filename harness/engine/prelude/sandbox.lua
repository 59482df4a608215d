--[[
What a scenario file sees. Everything is a view: nothing that one file does can change what
another sees. Left out: files, processes, loading, randomness that is not the run's, and
finalizers, which no instruction limit bounds.
]]
local basic = {
    "assert", "error", "getmetatable", "ipairs", "next", "pcall", "rawequal", "rawget", "rawlen",
    "select", "tonumber", "tostring", "type", "xpcall",
}

local function view(library, hidden)
    local copy = {}
    for k, v in pairs(library) do
        copy[k] = not hidden[k] and v or nil
    end
    return setmetatable({}, {
        __index = copy,
        __newindex = function(_, k)
            error("'" .. tostring(k) .. "' cannot be set in a library", 2)
        end,
        __metatable = false,
    })
end

local visible = {
    string = view(string, { dump = true }),
    table = view(table, {}),
    math = view(math, { random = true, randomseed = true }),
    utf8 = view(utf8, {}),
}

for _, name in ipairs(basic) do
    visible[name] = _G[name]
end

function visible.setmetatable(t, mt)
    if mt and rawget(mt, "__gc") ~= nil then
        error("a scenario has no finalizers (__gc)", 2)
    end
    return setmetatable(t, mt)
end

-- Keys in one order on every machine, so that a scenario sends the same bytes each time.
local rank = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
    local ra, rb = rank[type(a)] or 4, rank[type(b)] or 4
    if ra ~= rb then
        return ra < rb
    end
    if ra <= 2 then
        return a < b
    end
    return tostring(a) < tostring(b)
end

function visible.pairs(t)
    local mt = getmetatable(t)
    if mt and type(mt) == "table" and mt.__pairs then
        return mt.__pairs(t)
    end
    local keys, i = {}, 0
    for k in next, t do
        keys[#keys + 1] = k
    end
    table.sort(keys, before)
    return function()
        repeat
            i = i + 1
        until keys[i] == nil or rawget(t, keys[i]) ~= nil
        if keys[i] ~= nil then
            return keys[i], rawget(t, keys[i])
        end
    end, t, nil
end

-- Methods of strings come from a table of their own that nobody can reach.
local methods = {}
for k, v in pairs(string) do
    methods[k] = k ~= "dump" and v or nil
end
getmetatable("").__index = methods
getmetatable("").__metatable = false

-- A fresh environment for one file.
return function()
    return setmetatable({}, {
        __index = visible,
        __newindex = function(_, k)
            error("'" .. tostring(k) .. "' would be a global: make it local", 2)
        end,
        __metatable = false,
    })
end
