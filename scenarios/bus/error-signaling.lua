-- Completion: one response, or one failure that the driver side sees, within a bound.

return {
    {
        name = "lost-responses",
        requirement = "Each of several requests whose response never comes ends on its own, in "
            .. "a failure within the declared bound.",
        clauses = { "bus.error-signaling.1", "bus.error-signaling.2", "bus.error-signaling.3",
            "bus.ordering.1" },
        run = function(t)
            t.far:lose_answer("GET_DEVICE_STATUS")
            t.far:lose_answer("GET_VQUEUE", { times = 5 })
            local sent = { t:send("GET_DEVICE_STATUS") }
            for n = 1, 8 do
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = n })
            end
            for _, h in ipairs(sent) do
                t:outcome(h)
            end
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "late-responses",
        requirement = "A response that comes after the failure is not passed on, and does not "
            .. "complete a later request with the same token.",
        clauses = { "bus.error-signaling.2", "bus.ordering.1", "bus.common-message-format.6" },
        run = function(t)
            t.far:hold_answer("GET_DEVICE_STATUS")
            t.far:hold_answer("GET_VQUEUE")
            local late = t:send("GET_DEVICE_STATUS")
            local reused = t:send("GET_VQUEUE", { index = 1 }, { token = 7 })
            if t:outcome(late) ~= "failure" or t:outcome(reused) ~= "failure" then
                t:inconclusive("the requests were not completed by a failure")
            end
            t.far:hold_answer("GET_VQUEUE")
            local h = t:send("GET_VQUEUE", { index = 2 }, { token = 7 })
            t:serve(function() return t.far:count("GET_VQUEUE") == 2 end)
            t.far:release()
            t:outcome(h)
            t:fence()
            t:quiet()
            t:fence()
        end,
    },
    {
        name = "device-answers-twice",
        requirement = "A second response of the device to one request is not passed on.",
        clauses = { "bus.error-signaling.2" },
        run = function(t)
            t.far:repeat_answer("GET_DEVICE_STATUS", { times = 4 })
            for _ = 1, 4 do
                t:GET_DEVICE_STATUS{}
            end
            t:fence()
        end,
    },
    {
        name = "response-to-nothing",
        requirement = "A response that answers no request is not passed on.",
        clauses = { "bus.error-signaling.2" },
        run = function(t)
            for n = 1, 4 do
                t.far:say("GET_DEVICE_STATUS", { status = n }, { response = true, token = 1000 * n })
            end
            t:fence()
        end,
    },
    {
        name = "one-device-does-not-answer",
        requirement = "A device that answers nothing does not hold up the others.",
        clauses = { "bus.error-signaling.1", "bus.error-signaling.3", "bus.prose.interleave-devices" },
        run = function(t)
            if #t.devices < 2 then
                t:inconclusive("there is one device alone")
            end
            local silent = t.devices[2]
            t.far:vanish(silent)
            local h = t:send("GET_DEVICE_STATUS", {}, { dev = silent })
            for _ = 1, 8 do
                t:GET_DEVICE_STATUS{}
            end
            t:outcome(h)
            t.far:appear(silent)
            t:outcome(t:send("GET_DEVICE_STATUS", {}, { dev = silent }))
        end,
    },
    {
        name = "request-lost-by-the-bus",
        requirement = "A request that the bus itself loses ends in a failure.",
        clauses = { "bus.error-signaling.1", "bus.error-signaling.2", "bus.error-signaling.3" },
        needs = { upper = true },
        run = function(t)
            t:upper("drop-next")
            t:outcome(t:send("GET_DEVICE_STATUS"))
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "events-are-not-answered",
        requirement = "No event, whatever it names, gets an error for an answer.",
        clauses = { "bus.error-signaling.6" },
        run = function(t)
            for _, index in ipairs{ 0, 1, 0xFFFF, 0xFFFFFFFF } do
                t:event("EVENT_AVAIL", { vq_index = index })
                t.far:say("EVENT_USED", { vq_index = index })
            end
            t.far:say("EVENT_CONFIG", { device_status = 0 })
            t:fence()
            t:quiet()
            t:fence()
        end,
    },
    {
        name = "unknown-events",
        requirement = "Events that nobody defines are forwarded or dropped, once and unanswered.",
        clauses = { "bus.error-signaling.6", "bus.error-signaling.7" },
        run = function(t)
            for _, msg_id in ipairs{ 0x43, 0x50, 0x7F } do
                local event = string.pack("<BBI2I2I2", 0, msg_id, t.dev, 0, 16) .. string.rep("\1", 8)
                t:raw(event)
                t.far:raw(event)
            end
            t:fence()
            t:quiet()
            t:fence()
        end,
    },
    {
        name = "malformed-at-the-driver-end",
        requirement = "Messages that are shorter than a header, or claim more than came, do "
            .. "not harm the bus.",
        clauses = { "bus.error-signaling.4" },
        needs = { boundaries = true },
        run = function(t)
            for n = 1, 7 do
                t:raw(t:encode("PING", { data = 1 }):sub(1, n))
                t:raw(t:encode("GET_DEVICE_INFO", {}):sub(1, n))
            end
            for _, size in ipairs{ 0, 7, 9, 0xFFFF } do
                t:raw(t:encode("GET_DEVICES", { offset = 0, count = 8 }, { size = size }))
                t:raw(t:encode("PING", { data = 1 }, { size = size }))
            end
            t:fence()
        end,
    },
    {
        name = "malformed-at-the-device-end",
        requirement = "Malformed messages of the peer do not harm the bus.",
        clauses = { "bus.error-signaling.4" },
        needs = { boundaries = true },
        run = function(t)
            for n = 1, 7 do
                t.far:raw(t:encode("EVENT_USED", { vq_index = 0 }):sub(1, n))
            end
            for _, size in ipairs{ 0, 7, 9, 0xFFFF } do
                t.far:raw(t:encode("PING", { data = 1 }, { size = size }))
                t.far:raw(t:encode("EVENT_DEVICE", { device_number = 9, device_bus_state = 1 },
                    { size = size }))
            end
            t.far:raw(string.pack("<BBI2I2I2", 2, 0x3F, 0, 1, 8))
            t:fence()
        end,
    },
    {
        name = "lying-transport-size",
        requirement = "A transport request whose size lies is failed, dropped or forwarded, "
            .. "and completed once at most.",
        clauses = { "bus.error-signaling.2" },
        needs = { boundaries = true },
        run = function(t)
            for _, size in ipairs{ 8, 11, 13, 264, 0xFFFF } do
                t:send("SET_DEVICE_STATUS", { status = 0 }, { size = size })
            end
            t:fence()
            t:quiet()
            t:fence()
        end,
    },
}
