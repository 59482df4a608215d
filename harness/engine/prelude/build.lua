-- The bytes of a message from its name, its fields and the options of docs/scenarios.md.
local core, import = ...
local S = import "session"

local B = { defs = {} } -- defs: the wire table by name

for i, d in ipairs(core.messages()) do
    d.at = i
    B.defs[d.name] = d
end

function B.def_of(name)
    local d = B.defs[name]
    if not d then
        error("no message '" .. tostring(name) .. "' in the wire table", 0)
    end
    return d
end

local option_names = {
    dev = true, token = true, type = true, size = true, extra = true, trailing = true, cut = true,
    response = true,
}

local function with_size(bytes, size)
    if size < 0 or size > 0xFFFF then
        error("msg_size " .. size .. " does not fit 16 bits", 0)
    end
    return bytes:sub(1, 6) .. string.pack("<I2", size) .. bytes:sub(9)
end

-- The bytes of a message with the options of docs/scenarios.md applied.
function B.build(d, fields, o, token)
    if not o then
        return core.encode(d.at, d.bus and 0 or S.dev, token, fields, false)
    end
    for k in pairs(o) do
        if not option_names[k] then
            error("no option '" .. tostring(k) .. "' for a message", 0)
        end
    end
    local dev = o.dev or (d.bus and 0 or S.dev)
    local bytes = core.encode(d.at, dev, token, fields, o.response or false)
    if o.type then
        bytes = string.char(bytes:byte(1) | o.type & 0xFF) .. bytes:sub(2)
    end
    if o.extra then
        bytes = with_size(bytes .. o.extra, #bytes + #o.extra)
    end
    if o.size then
        bytes = with_size(bytes, o.size)
    end
    if o.trailing then
        bytes = bytes .. o.trailing
    end
    if o.cut then
        bytes = bytes:sub(1, o.cut)
    end
    return bytes
end

-- Events correlate with nothing: their token is an unspecified header value, so zero.
function B.token(d, o)
    if o and o.token then
        return o.token
    end
    return d.event and 0 or S.fresh_token()
end

function B.encode(name, fields, o)
    local d = B.def_of(name)
    return B.build(d, fields, o, B.token(d, o))
end

return B
