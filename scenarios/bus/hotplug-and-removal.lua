-- Devices that come and go, by the upper tester and by the peer.

local function told(t, dev, state)
    return t:expect("EVENT_DEVICE", { device_number = dev, device_bus_state = state })
end

return {
    {
        name = "removal",
        requirement = "A device that goes is announced, and can no longer be reached.",
        clauses = { "bus.hotplug-and-removal.1", "bus.hotplug-and-removal.2", "bus.event-device.1",
            "bus.event-device.3", "bus.prose.device-state-values" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        run = function(t)
            local dev = t.devices[#t.devices]
            if dev == t.dev then
                t:inconclusive("there is one device alone")
            end
            t:upper("remove " .. dev)
            if told(t, dev, t.BUS_STATE.REMOVED) then
                t:outcome(t:send("GET_DEVICE_STATUS", {}, { dev = dev }))
                t:try("GET_DEVICES", { offset = dev, count = 1 })
            end
        end,
    },
    {
        name = "arrival",
        requirement = "A device that appears is announced, can be reached at once, and says "
            .. "who it is.",
        clauses = { "bus.hotplug-and-removal.1", "bus.hotplug-and-removal.2", "bus.event-device.1",
            "bus.event-device.2" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        run = function(t)
            local dev = t.devices[#t.devices]
            if dev == t.dev then
                t:inconclusive("there is one device alone")
            end
            t:upper("remove " .. dev)
            if not told(t, dev, t.BUS_STATE.REMOVED) then
                return
            end
            for _ = 1, 4 do
                t:fence()
            end
            t:upper("add " .. dev)
            if told(t, dev, t.BUS_STATE.ADDED) then
                t:outcome(t:send("GET_DEVICE_INFO", {}, { dev = dev }))
                t:try("GET_DEVICES", { offset = dev, count = 1 })
            end
        end,
    },
    {
        name = "number-is-not-reused-at-once",
        requirement = "A device number is not given out again right after its device went.",
        clauses = { "bus.hotplug-and-removal.2" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        run = function(t)
            local dev = t.devices[#t.devices]
            if dev == t.dev then
                t:inconclusive("there is one device alone")
            end
            t:upper("remove " .. dev)
            t:upper("add " .. dev)
            told(t, dev, t.BUS_STATE.ADDED)
            t:fence()
        end,
    },
    {
        name = "removal-with-requests-under-way",
        requirement = "Requests to a device that goes are completed.",
        clauses = { "bus.error-signaling.1", "bus.error-signaling.2", "bus.hotplug-and-removal.2" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        run = function(t)
            local dev = t.devices[#t.devices]
            if dev == t.dev then
                t:inconclusive("there is one device alone")
            end
            t.far:hold_answer("GET_DEVICE_STATUS", { dev = dev })
            local h = t:send("GET_DEVICE_STATUS", {}, { dev = dev })
            t:upper("remove " .. dev)
            t:outcome(h)
            t.far:release()
            t:fence()
            t:quiet()
        end,
    },
    {
        name = "arrival-at-the-peer",
        requirement = "A device that the peer announces is exposed to the driver side.",
        clauses = { "bus.device-discovery.2", "bus.hotplug-and-removal.2", "bus.event-device.2" },
        needs = { bus = "EVENT_DEVICE" },
        run = function(t)
            if t.platform then
                t:inconclusive("the bus takes its devices from platform data")
            end
            local dev = 9
            t.far:device("add " .. dev)
            if told(t, dev, t.BUS_STATE.ADDED) then
                t:outcome(t:send("GET_DEVICE_INFO", {}, { dev = dev }))
            end
            t.far:device("remove " .. dev)
            if told(t, dev, t.BUS_STATE.REMOVED) then
                t:outcome(t:send("GET_DEVICE_INFO", {}, { dev = dev }))
            end
        end,
    },
}
