-- The header ("Common Message Format").

local header = { "drv.common-message-format.1", "drv.common-message-format.2", "drv.common-message-format.3",
    "drv.endianness.1" }

-- The answer as it is, with header bits set that have no meaning.
local function with_reserved_bits(t, name)
    t:on_answer(name, function(f, request)
        return t:encode(name, f, { response = true, token = request.token, type = 0xFC })
    end, { harmless = true })
end

local answered = { "GET_DEVICE_INFO", "GET_DEVICE_FEATURES", "SET_DRIVER_FEATURES", "GET_CONFIG", "SET_CONFIG",
    "GET_DEVICE_STATUS", "SET_DEVICE_STATUS", "GET_VQUEUE", "SET_VQUEUE", "RESET_VQUEUE", "GET_SHM" }

return {
    {
        name = "header",
        requirement = "Every message has a true size, zero reserved bits and the number of its device.",
        clauses = header,
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "reserved-bits-are-ignored",
        requirement = "Reserved bits of type in what the driver receives change nothing.",
        clauses = { "drv.common-message-format.1", "drv.mandatory.1" },
        run = function(t)
            for _, name in ipairs(answered) do
                with_reserved_bits(t, name)
            end
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "padded-answers",
        requirement = "Zero padding behind a response changes nothing.",
        clauses = { "drv.mandatory.1", "drv.common-message-format.2" },
        device = { quirks = { "zero-padding" } },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "padding-is-zero",
        requirement = "Where the driver pads its messages, the padding is zero.",
        clauses = { "drv.common-message-format.4" },
        run = function(t)
            t:boot()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "events-of-another-device",
        requirement = "What concerns a device that the driver was not told of is not answered.",
        clauses = { "drv.common-message-format.3" },
        run = function(t)
            t:boot()
            t:quiet()
            local other = t.dev ~ 0x4000
            t:say("EVENT_CONFIG", { device_status = t.S.NEEDS_RESET }, { dev = other })
            t:say("EVENT_USED", { vq_index = 0 }, { dev = other })
            t:quiet()
        end,
    },
}
