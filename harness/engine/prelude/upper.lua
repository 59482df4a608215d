-- Upper-tester commands (SUT contract, section 3) and what each one tells the oracle.
local core, import = ...
local S = import "session"
local M = import "messages"

local function bytes_of(hex)
    if #hex % 2 ~= 0 or hex:find("[^%x]") then
        error("'" .. hex .. "' is not a string of hexadecimal bytes", 0)
    end
    return (hex:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

-- command -> note, and where its arguments go
local notes = {
    ["change-config"] = function(dev, offset, hex)
        return "change-config", dev, 0, offset, bytes_of(hex)
    end,
    ["needs-reset"] = function(dev) return "needs-reset", dev, 0, 0, "" end,
    complete = function(dev, vq) return "complete", dev, vq, 0, "" end,
    add = function(dev) return "add", dev, 0, 0, "" end,
    remove = function(dev) return "remove", dev, 0, 0, "" end,
}

-- the same for what concerns a whole bus; its one argument is a number, if there is any
local bus_notes = {
    ["drop-next"] = function() return "drop-next", 0, 0, 0, "" end,
    ["max-msg-size"] = function(size) return "max-size", 0, 0, size, "" end,
}

-- The note comes before the command: what the command causes may overtake its `ok`. Returns the word and
-- the device.
local function tell(command)
    local words = {}
    for w in command:gmatch("%S+") do
        words[#words + 1] = w
    end
    local note = notes[words[1]]
    if bus_notes[words[1]] then
        local kind, dev, vq, value, data = bus_notes[words[1]](math.tointeger(tonumber(words[2])))
        core.note(kind, dev, vq, value, data, "upper tester: " .. command)
        return
    end
    if not note then
        error("no upper-tester command '" .. command .. "' for this role", 0)
    end
    local a, b = math.tointeger(tonumber(words[2])), words[3]
    if not a then
        error("upper-tester command '" .. command .. "' names no device", 0)
    end
    local kind, dev, vq, value, data = note(a, math.tointeger(tonumber(b)) or 0, words[4] or "")
    core.note(kind, dev, vq, value, data, "upper tester: " .. command)
    return words[1], a
end

return function(command)
    if not S.facts.upper then
        core.finish("inconclusive", "needs the upper tester")
    end
    local word, dev = tell(command)
    S.line = nil
    core.command(command)
    local deadline = core.now() + S.timeout
    while not S.line and M.pump(deadline) do
    end
    if S.line == "ok" then
        if word == "remove" or word == "add" then
            S.removed(dev, word == "remove")
        end
        return
    end
    core.unsettled()
    core.finish("inconclusive", ("the upper tester %s to '%s'"):format(
        S.line and ("replies '%s'"):format(S.line) or "does not reply", command))
end
