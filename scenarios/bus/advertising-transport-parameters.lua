-- The limits that the bus advertises.

return {
    {
        name = "largest-messages-both-ways",
        requirement = "Messages of exactly the advertised maximum pass in both directions.",
        clauses = { "bus.advertising-transport-parameters.4" },
        max_msg_size = 52,
        needs = { config = 32 },
        run = function(t)
            t:GET_CONFIG{ offset = 0, length = 32 }
            t:try("SET_CONFIG", { offset = 0, data = string.rep("\0", 32) })
            t:GET_VQUEUE{ index = 0 }
            t.far:say("EVENT_CONFIG", { device_status = 0, offset = 0,
                length = 28, data = string.rep("\7", 28) })
            t:fence()
        end,
    },
    {
        name = "too-large-both-ways",
        requirement = "Messages above the limit are failed, dropped or forwarded in either "
            .. "direction, and a request is completed once at most.",
        clauses = { "bus.advertising-transport-parameters.4", "bus.error-signaling.2" },
        needs = { boundaries = true },
        run = function(t)
            local n = t.max_msg_size + 1
            t:send("GET_DEVICE_STATUS", {}, { extra = string.rep("\0", n - 8) })
            t:fence()
            t.far:raw(t:encode("EVENT_USED", { vq_index = 0 }, { extra = string.rep("\0", n) }))
            t:fence()
            t:quiet()
        end,
    },
    {
        name = "new-limit",
        requirement = "A change of the limit is told to the transport, which has to look at "
            .. "its devices anew.",
        clauses = { "bus.advertising-transport-parameters.6" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        run = function(t)
            t:GET_DEVICE_INFO{}
            t:upper("max-msg-size 200")
            t:expect("EVENT_DEVICE", { device_number = t.dev, device_bus_state = 1 })
            t:GET_DEVICE_INFO{}
            t:GET_DEVICE_STATUS{}
        end,
    },
}
