-- What dissects; MESSAGES and PSEUDO, which it works from, stand above it in the generated file.

local proto = Proto("virtio_msg", "virtio-msg, the virtio transport by messages")
local stream = Proto("virtio_msg_stream", "virtio-msg over a byte stream")
local HEADER = 8
local json = Dissector.get("json")

---------------------------------------------------------------- fields

local JUDGED = { [1] = "device", [2] = "driver", [4] = "bus" }
local STATE = { [0] = "keep disabled", "enable", "keep", "reserved" }

local f = {
    -- the header
    type = ProtoField.uint8("virtio_msg.type", "type", base.HEX),
    type_response = ProtoField.bool("virtio_msg.type.response", "response", 8, nil, 0x01),
    type_bus = ProtoField.bool("virtio_msg.type.bus", "bus message", 8, nil, 0x02),
    type_reserved = ProtoField.uint8("virtio_msg.type.reserved", "reserved", base.HEX, nil, 0xfc),
    msg_id = ProtoField.uint8("virtio_msg.msg_id", "msg_id", base.HEX),
    msg_id_event = ProtoField.bool("virtio_msg.msg_id.event", "event", 8, nil, 0x40),
    msg_id_own = ProtoField.bool("virtio_msg.msg_id.implementation", "implementation-defined", 8,
        nil, 0x80),
    dev_num = ProtoField.uint16("virtio_msg.dev_num", "dev_num", base.DEC),
    token = ProtoField.uint16("virtio_msg.token", "token", base.DEC),
    msg_size = ProtoField.uint16("virtio_msg.msg_size", "msg_size", base.DEC),
    -- what the message is
    name = ProtoField.string("virtio_msg.name", "message"),
    form = ProtoField.string("virtio_msg.form", "form"),
    direction = ProtoField.string("virtio_msg.direction", "direction"),
    -- bytes that belong to no field
    payload = ProtoField.bytes("virtio_msg.payload", "payload"),
    extra = ProtoField.bytes("virtio_msg.extra", "bytes after the last field"),
    trailing = ProtoField.bytes("virtio_msg.trailing", "bytes after msg_size"),
    -- exchanges
    response_in = ProtoField.framenum("virtio_msg.response_in", "response in", base.NONE,
        frametype.RESPONSE),
    response_to = ProtoField.framenum("virtio_msg.response_to", "response to", base.NONE,
        frametype.REQUEST),
    response_time = ProtoField.relative_time("virtio_msg.response_time", "time since request"),
    vq_state = ProtoField.uint32("virtio_msg.set_vqueue.flags.state", "queue state", base.DEC,
        STATE, 0x3),
    vq_reserved = ProtoField.uint32("virtio_msg.set_vqueue.flags.reserved", "reserved", base.HEX,
        nil, PSEUDO.vq_reserved),
    -- the pseudo-header
    format = ProtoField.uint8("virtio_msg.capture.format", "format"),
    kind = ProtoField.uint8("virtio_msg.capture.kind", "kind", base.DEC, PSEUDO.kinds),
    flags = ProtoField.uint8("virtio_msg.capture.flags", "flags", base.HEX),
    from_sut = ProtoField.bool("virtio_msg.capture.from_sut", "sent by what is tested", 8, nil, 0x01),
    to_driver = ProtoField.bool("virtio_msg.capture.to_driver", "goes to the driver", 8, nil, 0x02),
    endpoint = ProtoField.uint8("virtio_msg.capture.endpoint", "endpoint", base.DEC,
        { [0] = "driver end", "device end" }, 0x04),
    judged = ProtoField.uint8("virtio_msg.capture.role", "role of what is tested", base.DEC, JUDGED),
    session = ProtoField.uint32("virtio_msg.capture.session", "session"),
    index = ProtoField.uint32("virtio_msg.capture.index", "index in the trace"),
    time = ProtoField.uint64("virtio_msg.capture.time", "nanoseconds since the connection began"),
    scenario = ProtoField.string("virtio_msg.scenario", "scenario"),
    verdict = ProtoField.string("virtio_msg.verdict", "verdict"),
    text = ProtoField.string("virtio_msg.text", "text"),
    clause = ProtoField.string("virtio_msg.clause", "clause"),
    finding_about = ProtoField.framenum("virtio_msg.finding_about", "about the message in"),
    finding_in = ProtoField.framenum("virtio_msg.finding_in", "finding in"),
}

-- Names of fields are as in the specification: virtio_msg.get_config.offset, ...
local TYPES = {
    u8 = function(name, label, form) return ProtoField.uint8(name, label, form) end,
    le16 = function(name, label, form) return ProtoField.uint16(name, label, form) end,
    le32 = function(name, label, form) return ProtoField.uint32(name, label, form) end,
    le64 = function(name, label, form) return ProtoField.uint64(name, label, form) end,
    le32s = function(name, label) return ProtoField.uint32(name, label, base.HEX) end,
    uuid = function(name, label) return ProtoField.bytes(name, label) end,
    bytes = function(name, label) return ProtoField.bytes(name, label) end,
    bitmap = function(name, label) return ProtoField.bytes(name, label) end,
}
local SIZES = { u8 = 1, le16 = 2, le32 = 4, le64 = 8, uuid = 16 }

local all, by_name, by_id = {}, {}, { [true] = {}, [false] = {} }

local function declare(message, field)
    local name = "virtio_msg." .. message.name:lower() .. "." .. field.name
    if not by_name[name] then
        by_name[name] = TYPES[field.type](name, field.name, field.hex and base.HEX or base.DEC)
        all[#all + 1] = by_name[name]
    end
    field.proto = by_name[name]
end

for _, field in pairs(f) do all[#all + 1] = field end
for _, message in ipairs(MESSAGES) do
    by_id[message.bus][message.id] = message
    for _, layout in ipairs({ message.request, message.response }) do
        for _, field in ipairs(layout.fields) do declare(message, field) end
        if layout.tail then declare(message, layout.tail) end
    end
end
proto.fields = all

local function mark(name, text, group, severity)
    return ProtoExpert.new("virtio_msg." .. name, text, group, severity)
end

local e = {
    malformed = mark("malformed", "Malformed message", expert.group.MALFORMED,
        expert.severity.ERROR),
    reserved = mark("reserved", "Reserved bits that are not zero", expert.group.PROTOCOL,
        expert.severity.WARN),
    unknown = mark("unknown", "Message that the specification does not define",
        expert.group.UNDECODED, expert.severity.NOTE),
    excess = mark("excess", "Bytes that belong to no field", expert.group.PROTOCOL,
        expert.severity.NOTE),
    unasked = mark("unasked", "Response without a request", expert.group.SEQUENCE,
        expert.severity.WARN),
    finding = mark("finding", "Finding", expert.group.PROTOCOL, expert.severity.ERROR),
    damaged = mark("damaged", "Damaged pseudo-header", expert.group.MALFORMED,
        expert.severity.ERROR),
}
proto.experts = { e.malformed, e.reserved, e.unknown, e.excess, e.unasked, e.finding, e.damaged }

---------------------------------------------------------------- what is known of other frames

local pending, exchanges, sessions, frames, findings

function proto.init()
    pending, exchanges, sessions, frames, findings = {}, {}, {}, {}, {}
end

local function has(value, bit) -- one bit, without a bit library
    return math.floor(value / bit) % 2 == 1
end

-- The side that sent a message, from its own words, as far as the table tells.
local function sender_of(m)
    local driver = not m.event
    if m.def then driver = m.def.from ~= "device" end
    if m.response and not m.event then driver = not driver end
    return driver and "driver" or "device"
end

-- Requests are answered under the same token by the other side of the same bus.
local function link(m, pinfo)
    if m.event or m.short then return end
    local asked = m.sender
    if m.response then asked = asked == "driver" and "device" or "driver" end
    local key = table.concat({ m.session, m.endpoint, asked, tostring(m.bus), m.id, m.dev, m.token },
        ":")
    if pinfo.visited then return end
    if not m.response then
        pending[key] = { frame = pinfo.number, time = pinfo.abs_ts }
    elseif pending[key] then
        exchanges[pending[key].frame] = { response = pinfo.number }
        exchanges[pinfo.number] = { request = pending[key].frame,
            time = pinfo.abs_ts - pending[key].time }
        pending[key] = nil
    end
end

local function show_link(m, pinfo, tree)
    local x = exchanges[pinfo.number]
    if x and m.response and x.request then
        tree:add(f.response_to, x.request):set_generated()
        local seconds = math.floor(x.time)
        tree:add(f.response_time, NSTime.new(seconds, math.floor((x.time - seconds) * 1e9 + 0.5)))
            :set_generated()
    elseif x and not m.response and x.response then
        tree:add(f.response_in, x.response):set_generated()
    elseif m.response and not m.event and not m.short then
        tree:add_proto_expert_info(e.unasked)
    end
end

---------------------------------------------------------------- messages

local function problem(m, mark_, text)
    m.tree:add_proto_expert_info(mark_, text)
    m.problems[#m.problems + 1] = text
end

local function add_header(m, tvb, tree)
    local n = tvb:len()
    if n >= 1 then
        local t = tree:add(f.type, tvb(0, 1))
        t:add(f.type_reserved, tvb(0, 1))
        t:add(f.type_bus, tvb(0, 1))
        t:add(f.type_response, tvb(0, 1))
    end
    if n >= 2 then
        local t = tree:add(f.msg_id, tvb(1, 1))
        t:add(f.msg_id_own, tvb(1, 1))
        t:add(f.msg_id_event, tvb(1, 1))
    end
    if n >= 4 then tree:add_le(f.dev_num, tvb(2, 2)) end
    if n >= 6 then tree:add_le(f.token, tvb(4, 2)) end
    if n >= HEADER then tree:add_le(f.msg_size, tvb(6, 2)) end
end

-- The value of an integer field, as a number that Lua can count with; 64 bits are only shown.
local function value_of(tvb, field)
    if field.type == "le64" or field.type == "uuid" then return nil end
    return tvb(field.offset, SIZES[field.type]):le_uint()
end

local function add_field(m, payload, field, values)
    if field.offset + SIZES[field.type] > payload:len() then return false end
    local range = payload(field.offset, SIZES[field.type])
    local item = field.type == "uuid" and m.tree:add(field.proto, range)
        or m.tree:add_le(field.proto, range)
    values[field.name] = value_of(payload, field)
    if m.def.name == "SET_VQUEUE" and field.name == "flags" then
        item:add_le(f.vq_state, range)
        item:add_le(f.vq_reserved, range)
        if values.flags >= PSEUDO.vq_unreserved then
            problem(m, e.reserved, "reserved bits of flags are not zero")
        end
    elseif field.name == "reserved" and values.reserved ~= 0 then
        problem(m, e.reserved, "reserved is not zero")
    end
    return true
end

local function add_tail(m, payload, layout, values)
    local tail, left = layout.tail, payload:len() - layout.size
    local count = values[tail.count]
    local want = tail.type == "le32s" and count * 4
        or tail.type == "bitmap" and math.floor((count + 7) / 8) or count
    local there = math.min(want, left)
    if want > left and not (left == 0 and m.def.event) then
        problem(m, e.malformed, "payload shorter than its count field says")
    end
    if tail.type == "le32s" then
        for i = 0, math.floor(there / 4) - 1 do
            m.tree:add_le(tail.proto, payload(layout.size + 4 * i, 4))
        end
    elseif there > 0 then
        m.tree:add(tail.proto, payload(layout.size, there))
    end
    return there
end

local function add_payload(m, payload)
    local layout = m.response and not m.def.event and m.def.response or m.def.request
    local values = {}
    for _, field in ipairs(layout.fields) do
        if not add_field(m, payload, field, values) then
            problem(m, e.malformed, "payload shorter than its fixed fields")
            break
        end
    end
    if payload:len() < layout.size then return values end
    local used = layout.size
    if layout.tail then used = used + add_tail(m, payload, layout, values) end
    if payload:len() > used then
        m.tree:add(f.extra, payload(used))
        problem(m, e.excess, "bytes after the last field")
    end
    return values
end

-- One line of the packet list: "GET_CONFIG req dev=0 tok=7 offset=0 length=4".
local function summary(m, values)
    local text = m.name .. " " .. m.form
    if m.short then return text end
    if not m.bus then text = text .. " dev=" .. m.dev end
    if not m.event then text = text .. " tok=" .. m.token end
    local layout = m.def and (m.response and not m.def.event and m.def.response or m.def.request)
    for _, field in ipairs(layout and layout.fields or {}) do
        if values[field.name] then
            text = text .. string.format(field.hex and " %s=0x%x" or " %s=%d", field.name,
                values[field.name])
        end
    end
    return text
end

local function read_header(tvb, about)
    local n = tvb:len()
    local m = { short = n < HEADER, problems = {}, session = about.session or 0,
        endpoint = about.endpoint or 0 }
    local type_ = n >= 1 and tvb(0, 1):uint() or 0
    m.id = n >= 2 and tvb(1, 1):uint() or 0
    m.response, m.bus = has(type_, 1), has(type_, 2)
    m.reserved = type_ >= 4
    m.event, m.own = has(m.id, 0x40), has(m.id, 0x80)
    m.dev = n >= 4 and tvb(2, 2):le_uint() or 0
    m.token = n >= 6 and tvb(4, 2):le_uint() or 0
    m.size = n >= 8 and tvb(6, 2):le_uint() or 0
    m.def = not m.short and by_id[m.bus][m.id] or nil
    m.name = m.def and m.def.name or m.short and "cut off"
        or string.format("%s0x%02x", m.bus and "bus:" or "", m.id)
    m.form = m.event and "event" or m.response and "resp" or "req"
    m.sender = about.sender or sender_of(m)
    return m
end

local function size_problems(m, delivered)
    if m.short then
        problem(m, e.malformed, "shorter than the header")
    elseif m.size < HEADER then
        problem(m, e.malformed, "msg_size below the header size")
    elseif m.size > delivered then
        problem(m, e.malformed, "msg_size beyond the delivered bytes")
    end
    if not m.short and m.event and m.response then
        problem(m, e.malformed, "event with the response bit")
    end
    if m.reserved then problem(m, e.reserved, "reserved bits of type are not zero") end
end

local function dissect_message(tvb, pinfo, tree, about)
    local m = read_header(tvb, about)
    local receiver = m.sender == "driver" and "device" or "driver"
    m.tree = tree:add(proto, tvb(), "virtio-msg: " .. m.name .. " " .. m.form)
    pinfo.cols.protocol = "virtio-msg"
    pinfo.cols.src = m.sender
    pinfo.cols.dst = receiver
    add_header(m, tvb, m.tree)
    m.tree:add(f.name, m.name):set_generated()
    m.tree:add(f.form, m.form):set_generated()
    m.tree:add(f.direction, "to-" .. receiver):set_generated()
    size_problems(m, tvb:len())
    local values = {}
    if not m.short then
        local last = math.max(math.min(m.size, tvb:len()), HEADER)
        local payload = tvb:range(HEADER, last - HEADER)
        if m.def then
            values = add_payload(m, payload)
        else
            problem(m, e.unknown, m.own and "implementation-defined message id"
                or "unknown message id")
            if payload:len() > 0 then m.tree:add(f.payload, payload) end
        end
        if tvb:len() > last then
            m.tree:add(f.trailing, tvb(last))
            problem(m, e.excess, "bytes after msg_size")
        end
    end
    link(m, pinfo)
    show_link(m, pinfo, m.tree)
    local info = summary(m, values)
    if #m.problems > 0 then info = info .. " [" .. table.concat(m.problems, "; ") .. "]" end
    pinfo.cols.info = info
    return m
end

---------------------------------------------------------------- captures of vmsgspec

-- The string under a key of a flat JSON object; quotes inside of strings are escaped, so a key can
-- only be found where it is one.
local function string_of(text, key)
    local _, at = text:find('"' .. key .. '":"', 1, true)
    if not at then return nil end
    local out, i = {}, at + 1
    while i <= #text do
        local c = text:sub(i, i)
        if c == '"' then break end
        if c == "\\" then
            i = i + 1
            c = text:sub(i, i)
        end
        out[#out + 1] = c
        i = i + 1
    end
    return table.concat(out)
end

local function add_pseudo(tvb, tree, r)
    local t = tree:add(proto, tvb(0, r.size), "vmsgspec: " .. (PSEUDO.kinds[r.kind] or "?"))
    t:add(f.format, tvb(4, 1))
    t:add(f.kind, tvb(6, 1))
    local flags = t:add(f.flags, tvb(7, 1))
    flags:add(f.from_sut, tvb(7, 1))
    flags:add(f.to_driver, tvb(7, 1))
    flags:add(f.endpoint, tvb(7, 1))
    t:add(f.judged, tvb(8, 1))
    t:add_le(f.session, tvb(12, 4))
    t:add_le(f.index, tvb(16, 4))
    t:add_le(f.time, tvb(24, 8))
    return t
end

local function read_pseudo(tvb)
    local flags = tvb(7, 1):uint()
    return { size = tvb(5, 1):uint(), kind = tvb(6, 1):uint(), session = tvb(12, 4):le_uint(),
        index = tvb(16, 4):le_uint(), sender = has(flags, 2) and "device" or "driver",
        endpoint = has(flags, 4) and 1 or 0 }
end

local function add_session(t, r)
    local s = sessions[r.session] or {}
    if s.scenario then t:add(f.scenario, s.scenario):set_generated() end
    if s.verdict then t:add(f.verdict, s.verdict):set_generated() end
end

-- What a JSON record tells of its session, kept when it is first seen.
local function learn(r, text, pinfo)
    if pinfo.visited then return end
    local s = sessions[r.session] or {}
    sessions[r.session] = s
    if r.kind == PSEUDO.SESSION then s.scenario = string_of(text, "scenario") or string_of(text, "for") end
    if r.kind == PSEUDO.CLOSE then s.verdict = string_of(text, "verdict") end
    if r.kind == PSEUDO.FINDING then findings[r.session .. ":" .. r.index] = pinfo.number end
end

local function add_finding(t, r, text)
    local frame = frames[r.session .. ":" .. r.index]
    local clause, what = string_of(text, "clause") or "", string_of(text, "text") or ""
    t:add(f.clause, clause):set_generated()
    if frame then t:add(f.finding_about, frame):set_generated() end
    t:add_proto_expert_info(e.finding, clause .. ": " .. what)
    return clause .. ": " .. what
end

local function dissect_record(tvb, pinfo, tree, r, t)
    local text = tvb:len() > r.size and tvb(r.size):raw() or ""
    learn(r, text, pinfo)
    add_session(t, r)
    pinfo.cols.protocol = "vmsgspec"
    pinfo.cols.src, pinfo.cols.dst = "vmsgspec", ""
    local info = string_of(text, "text") or string_of(text, "scenario") or string_of(text, "verdict")
        or string_of(text, "name") or string_of(text, "for") or ""
    if string_of(text, "text") then t:add(f.text, string_of(text, "text")):set_generated() end
    if r.kind == PSEUDO.FINDING then info = add_finding(t, r, text) end
    pinfo.cols.info = (PSEUDO.kinds[r.kind] or "record of an unknown kind") .. ": " .. info
    if json and #text > 0 then
        local protocol, line = "vmsgspec", tostring(pinfo.cols.info)
        json:call(tvb(r.size):tvb(), pinfo, tree)
        pinfo.cols.protocol, pinfo.cols.info = protocol, line
    end
end

local function dissect_capture(tvb, pinfo, tree)
    local r = read_pseudo(tvb)
    if r.size < PSEUDO.size or r.size > tvb:len() then
        pinfo.cols.protocol, pinfo.cols.info = "vmsgspec", "damaged record"
        tree:add(proto, tvb(), "vmsgspec: damaged record"):add_proto_expert_info(e.damaged)
        return
    end
    local t = add_pseudo(tvb, tree, r)
    if r.kind ~= PSEUDO.MESSAGE then
        dissect_record(tvb, pinfo, tree, r, t)
        return
    end
    if not pinfo.visited then frames[r.session .. ":" .. r.index] = pinfo.number end
    add_session(t, r)
    local finding = findings[r.session .. ":" .. r.index]
    if finding then t:add(f.finding_in, finding):set_generated() end
    if tvb:len() == r.size then
        pinfo.cols.protocol, pinfo.cols.info = "virtio-msg", "empty packet"
        t:add_proto_expert_info(e.malformed, "shorter than the header")
    else
        dissect_message(tvb(r.size):tvb(), pinfo, tree, r)
    end
end

function proto.dissector(tvb, pinfo, tree)
    if tvb:len() == 0 then return 0 end
    if tvb:len() >= 4 and tvb(0, 4):raw() == PSEUDO.magic then
        if tvb:len() >= PSEUDO.size then
            dissect_capture(tvb, pinfo, tree)
        else
            pinfo.cols.protocol, pinfo.cols.info = "vmsgspec", "damaged record"
            tree:add(proto, tvb(), "vmsgspec: damaged record"):add_proto_expert_info(e.damaged)
        end
    else
        dissect_message(tvb, pinfo, tree, {})
    end
    return tvb:len()
end

-- In a byte stream msg_size delimits messages; a size that cannot be is taken for a whole header.
function stream.dissector(tvb, pinfo, tree)
    dissect_tcp_pdus(tvb, tree, HEADER, function(t, _, offset)
        return math.max(t(offset + 6, 2):le_uint(), HEADER)
    end, function(t, p, parent)
        dissect_message(t, p, parent, {})
        return t:len()
    end)
    return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap["USER" .. PSEUDO.user], proto)
DissectorTable.get("tcp.port"):add_for_decode_as(stream)
DissectorTable.get("udp.port"):add_for_decode_as(proto)
