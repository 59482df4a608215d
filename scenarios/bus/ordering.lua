-- What a bus may reorder and what not.

-- A round trip of another device: what went in before it and is not out was not merely slow.
local function pass(t)
    if t.devices[2] then
        t:outcome(t:send("GET_DEVICE_STATUS", {}, { dev = t.devices[2] }))
    end
end

return {
    {
        name = "requests-in-order",
        requirement = "Requests to one device reach it in the order in which they were sent.",
        clauses = { "bus.ordering.3", "bus.ordering.1" },
        run = function(t)
            local sent = {}
            for n = 1, 100 do
                sent[n] = t:send("GET_VQUEUE", { index = n % 7 })
                if n % 10 == 0 then
                    t:event("EVENT_AVAIL", { vq_index = 0 })
                end
            end
            for n = 1, 100 do
                t:await(sent[n])
            end
        end,
    },
    {
        name = "devices-interleaved",
        requirement = "Messages of different devices mix, and each request ends as its own.",
        clauses = { "bus.prose.interleave-devices", "bus.ordering.1", "bus.ordering.3" },
        run = function(t)
            local sent = {}
            for n = 1, 40 do
                for _, dev in ipairs(t.devices) do
                    sent[#sent + 1] = t:send("GET_VQUEUE", { index = n }, { dev = dev })
                end
            end
            for _, h in ipairs(sent) do
                t:await(h)
            end
        end,
    },
    {
        name = "responses-out-of-order",
        requirement = "Responses may arrive in another order than their requests; each still "
            .. "ends its own request.",
        clauses = { "bus.ordering.4", "bus.ordering.1", "bus.common-message-format.6" },
        run = function(t)
            t.far:hold_answer("GET_VQUEUE")
            local first = t:send("GET_VQUEUE", { index = 1 })
            local rest = {}
            for n = 2, 5 do
                rest[n] = t:send("GET_DEVICE_STATUS")
            end
            for n = 2, 5 do
                t:outcome(rest[n])
            end
            t.far:release()
            t:outcome(first)
        end,
    },
    {
        name = "event-passes-a-held-response",
        requirement = "An event of the device is not held back because a response is outstanding.",
        clauses = { "bus.ordering.5", "bus.prose.events-any-time" },
        run = function(t)
            t.far:hold_answer("GET_DEVICE_STATUS", { dev = t.dev, times = 1 })
            local h = t:send("GET_DEVICE_STATUS")
            t:serve(function() return t.far:count("GET_DEVICE_STATUS") > 0 end)
            t.far:say("EVENT_CONFIG", { device_status = 0 })
            pass(t)
            t:expect("EVENT_CONFIG")
            t.far:release()
            t:outcome(h)
        end,
    },
    {
        name = "notification-passes-a-held-response",
        requirement = "An event of the driver is not held back because a response is outstanding.",
        clauses = { "bus.ordering.5", "bus.prose.events-any-time" },
        needs = { queue = true, notifications = "events" },
        run = function(t)
            t:init("driver-ok")
            t.far:hold_answer("GET_DEVICE_STATUS", { dev = t.dev, times = 1 })
            local h = t:send("GET_DEVICE_STATUS")
            t:serve(function() return t.far:count("GET_DEVICE_STATUS") > 0 end)
            t:event("EVENT_AVAIL", { vq_index = t.vq })
            pass(t)
            t:serve(function() return t.far:count("EVENT_AVAIL") > 0 end)
            t.far:release()
            t:outcome(h)
        end,
    },
    {
        name = "thousands-outstanding",
        requirement = "The bus keeps what it needs to end each of very many requests.",
        clauses = { "bus.ordering.1", "bus.ordering.2", "bus.common-message-format.6" },
        run = function(t)
            local sent, most = {}, 1000
            t.far:hold_answer("GET_VQUEUE", { times = most })
            for n = 1, most do
                sent[n] = t:send("GET_VQUEUE", { index = n })
            end
            t:serve(function() return t.far:count("GET_VQUEUE") == most end)
            t.far:release()
            for n = 1, most do
                t:outcome(sent[n])
            end
        end,
    },
}
