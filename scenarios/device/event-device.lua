-- EVENT_DEVICE as a device SUT sends it: devices that come and go.

-- A device number that is not taken.
local function free_number(t)
    local taken = {}
    for _, dev in ipairs(t.devices) do
        taken[dev] = true
    end
    local dev = 9
    while taken[dev] do
        dev = dev + 1
    end
    return dev
end

-- The device appears, or goes. Nil when it is not announced: what follows would blame others.
local function add(t, dev)
    t:upper("add " .. dev)
    return t:expect("EVENT_DEVICE", { device_number = dev, device_bus_state = t.BUS_STATE.ADDED })
end

local function remove(t, dev)
    t:upper("remove " .. dev)
    return t:expect("EVENT_DEVICE", { device_number = dev, device_bus_state = t.BUS_STATE.REMOVED })
end

return {
    {
        name = "added-answers",
        requirement = "A device that was announced as added answers at once.",
        clauses = { "bus.event-device.1", "bus.event-device.2", "bus.hotplug-and-removal.1",
            "bus.prose.device-state-values" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        scope = "bus",
        run = function(t)
            local dev = free_number(t)
            if add(t, dev) then
                t:GET_DEVICE_INFO({}, { dev = dev })
                t:GET_DEVICE_STATUS({}, { dev = dev })
                remove(t, dev)
            end
        end,
    },
    {
        name = "removed-is-silent",
        requirement = "A device that was announced as removed answers nothing any more.",
        clauses = { "bus.event-device.1", "bus.event-device.3", "bus.hotplug-and-removal.1" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        scope = "bus",
        run = function(t)
            local dev = free_number(t)
            if not add(t, dev) then
                return
            end
            t:GET_DEVICE_INFO({}, { dev = dev })
            if remove(t, dev) then
                t:try("GET_DEVICE_INFO", {}, { dev = dev })
                t:try("GET_DEVICE_STATUS", {}, { dev = dev })
                t:try("SET_DEVICE_STATUS", { status = 0 }, { dev = dev })
            end
        end,
    },
    {
        name = "removed-and-added-again",
        requirement = "A device that went and came back starts from its reset state.",
        clauses = { "bus.event-device.2", "bus.event-device.3", "dev.get-device-status.1" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        scope = "bus",
        run = function(t)
            local dev = free_number(t)
            for _ = 1, 2 do
                if not add(t, dev) then
                    return
                end
                t:GET_DEVICE_INFO({}, { dev = dev })
                t:GET_DEVICE_STATUS({}, { dev = dev })
                t:SET_DEVICE_STATUS({ status = 0 }, { dev = dev })
                t:SET_DEVICE_STATUS({ status = t.S.ACKNOWLEDGE }, { dev = dev })
                if not remove(t, dev) then
                    return
                end
                t:try("GET_DEVICE_STATUS", {}, { dev = dev })
            end
        end,
    },
    {
        name = "seen-by-enumeration",
        requirement = "GET_DEVICES shows a device while it is there.",
        clauses = { "bus.event-device.1", "bus.hotplug-and-removal.1" },
        needs = { upper = true, bus = "EVENT_DEVICE" },
        scope = "bus",
        run = function(t)
            local dev = free_number(t)
            local window = { offset = dev, count = 8 }
            t:try("GET_DEVICES", window)
            if add(t, dev) then
                t:GET_DEVICE_INFO({}, { dev = dev })
                t:try("GET_DEVICES", window)
                remove(t, dev)
                t:try("GET_DEVICES", window)
            end
        end,
    },
}
