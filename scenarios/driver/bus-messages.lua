-- Bus messages that a driver may meet ("Bus Messages", "Error Signaling").

local BUS = 2 -- header `type` of a bus request

local function message(kind, msg_id, payload)
    return string.pack("<BBI2I2I2", kind, msg_id, 0, 0x1234, 8 + #payload) .. payload
end

-- Before an answer of the initialisation, and after it.
local function meets(t, messages)
    for i, name in ipairs{ "GET_DEVICE_INFO", "GET_DEVICE_FEATURES", "GET_VQUEUE" } do
        t:on_answer(name, function()
            for n = i, #messages, 3 do
                t:raw(messages[n])
            end
        end, { times = 1 })
    end
    t:boot()
    t:quiet()
    for _, bytes in ipairs(messages) do
        t:raw(bytes)
    end
    t:quiet()
    if t.upper_available then
        t:upper("status " .. t.dev)
    end
    t:quiet()
end

return {
    {
        name = "ping",
        requirement = "The answer to a PING repeats its 32 bits.",
        clauses = { "bus.ping.1", "any.prose.response-type", "bus.common-message-format.1",
            "bus.common-message-format.2", "bus.bus-messages.2" },
        run = function(t)
            t:boot()
            for _, data in ipairs{ 0, 1, 0x80000000, 0xFFFFFFFF, 0x12345678 } do
                t:say("PING", { data = data })
                t:quiet()
            end
        end,
    },
    {
        name = "ping-while-starting",
        requirement = "A PING is answered at any time.",
        clauses = { "bus.ping.1" },
        run = function(t)
            for i, name in ipairs{ "GET_DEVICE_INFO", "GET_DEVICE_FEATURES", "GET_VQUEUE" } do
                t:on_answer(name, function() t:say("PING", { data = i }) end, { times = 1 })
            end
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "unsupported-ids",
        requirement = "Bus messages that are not defined are discarded.",
        clauses = { "bus.error-signaling.4" },
        run = function(t)
            local messages = {}
            for _, msg_id in ipairs{ 0x00, 0x01, 0x04, 0x3F, 0x41, 0x7F } do
                messages[#messages + 1] = message(BUS, msg_id, "")
                messages[#messages + 1] = message(BUS, msg_id, string.rep("\xFF", 8))
            end
            meets(t, messages)
        end,
    },
    {
        name = "cut-off",
        requirement = "Bus messages that are cut off are discarded.",
        clauses = { "bus.error-signaling.4" },
        run = function(t)
            meets(t, {
                t:encode("PING", { data = 1 }, { cut = 10, size = 10 }),
                t:encode("EVENT_DEVICE", { device_number = t.dev, device_bus_state = 1 }, { cut = 9, size = 9 }),
                t:encode("EVENT_DEVICE", { device_number = t.dev, device_bus_state = 2 }, { type = 1 }),
            })
        end,
    },
    {
        name = "request-failed",
        requirement = "A failure that the bus reports does no harm.",
        clauses = { "drv.mandatory.1", "drv.overview.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function()
                t:say("REQUEST_FAILED", { dev_num = t.dev, token = 0xF00D, msg_id = 3, error = 110 })
            end, { times = 1 })
            t:boot()
            t:say("REQUEST_FAILED", { dev_num = t.dev, token = 0xF00D, msg_id = 7, error = 5 })
            t:quiet()
        end,
    },
    {
        name = "hotplug",
        requirement = "A device that is removed and added again is driven from the start.",
        clauses = { "drv.overview.1", "drv.prose.early-discovery", "drv.common-message-format.3" },
        run = function(t)
            t:boot()
            t:quiet()
            t:device("remove " .. t.dev)
            t:quiet()
            t:device("add " .. t.dev)
            t:await("GET_DEVICE_INFO", nil, { patience = 200 * 1000 * 1000 })
            t:quiet()
        end,
    },
    {
        name = "hotplug-while-starting",
        requirement = "A device that is removed in the middle of its initialisation and comes again is driven "
            .. "from the start.",
        clauses = { "drv.overview.1", "drv.prose.early-discovery" },
        run = function(t)
            local rule = t:on_request("GET_DEVICE_FEATURES", function()
                t:device("remove " .. t.dev)
            end, { times = 1 })
            t:await_met(rule)
            t:quiet()
            t:device("add " .. t.dev)
            t:await("GET_DEVICE_INFO", nil, { patience = 200 * 1000 * 1000 })
            t:quiet()
        end,
    },
    {
        name = "added-twice",
        requirement = "A device that is said to be added although it is there does no harm.",
        clauses = { "drv.overview.1", "drv.mandatory.1" },
        run = function(t)
            t:boot()
            t:quiet()
            t:say("EVENT_DEVICE", { device_number = t.dev, device_bus_state = 1 })
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
}
