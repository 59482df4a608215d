-- GET_DEVICES as a SUT answers it: windows, bitmaps, and an enumeration that ends.

local LAST = 0xFFFF

-- Follow next_offset from 0 until it ends; a step back is the judge's affair, and ends it, too.
local function walk(t, count)
    local offset = 0
    for _ = 0, LAST do
        local answer = t:GET_DEVICES{ offset = offset, count = count }
        if answer.next_offset <= offset then
            return
        end
        offset = answer.next_offset
    end
end

return {
    {
        name = "walk",
        requirement = "Following next_offset enumerates every device and ends.",
        clauses = { "bus.get-devices.1", "bus.get-devices.5", "bus.get-devices.6",
            "bus.get-devices.7" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            walk(t, 2048)
            walk(t, LAST)
        end,
    },
    {
        name = "windows-of-every-width",
        requirement = "Windows of any width are answered within it, bit by bit from the lowest.",
        clauses = { "bus.get-devices.1", "bus.get-devices.3", "bus.get-devices.4",
            "bus.get-devices.7", "bus.bus-messages.2" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            for _, count in ipairs{ 1, 2, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 100 } do
                t:GET_DEVICES{ offset = 0, count = count }
                t:GET_DEVICES{ offset = 1, count = count }
                t:GET_DEVICES{ offset = t.dev, count = count }
            end
        end,
    },
    {
        name = "around-each-device",
        requirement = "A device is present in every window that covers it and in no other.",
        clauses = { "bus.get-devices.1", "bus.get-devices.7" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            for i = 1, math.min(#t.devices, 8) do
                local dev = t.devices[i]
                for offset = math.max(dev - 9, 0), math.min(dev + 1, LAST) do
                    t:GET_DEVICES{ offset = offset, count = 10 }
                end
                t:GET_DEVICES{ offset = dev, count = 1 }
            end
        end,
    },
    {
        name = "empty-window",
        requirement = "A window of no slots is answered with count 0 and no bitmap.",
        clauses = { "bus.get-devices.2", "bus.get-devices.3" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            for _, offset in ipairs{ 0, 1, t.dev, 0x8000, LAST } do
                t:GET_DEVICES{ offset = offset, count = 0 }
            end
        end,
    },
    {
        name = "whole-space-in-one-window",
        requirement = "A window larger than a message carries is answered with a smaller one.",
        clauses = { "bus.get-devices.3", "bus.get-devices.6", "bus.get-devices.7" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            local room = t.max_msg_size - #t:encode("GET_DEVICES", {}, { response = true })
            for _, count in ipairs{ LAST, 0x8000, room * 8 + 1, room * 8 } do
                t:GET_DEVICES{ offset = 0, count = math.min(count, LAST) }
                t:GET_DEVICES{ offset = 3, count = math.min(count, LAST) }
            end
        end,
    },
    {
        name = "end-of-the-space",
        requirement = "Windows at the end of the device numbers and across it are answered.",
        clauses = { "bus.get-devices.1", "bus.get-devices.5", "bus.get-devices.6" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            t:GET_DEVICES{ offset = LAST, count = 1 }
            t:GET_DEVICES{ offset = LAST - 7, count = 8 }
            t:GET_DEVICES{ offset = LAST, count = 2 }
            t:GET_DEVICES{ offset = LAST - 3, count = 64 }
            t:GET_DEVICES{ offset = LAST, count = LAST }
            t:GET_DEVICES{ offset = 0x8000, count = LAST }
        end,
    },
    {
        name = "window-without-devices",
        requirement = "A window without devices shows none, in full or cut short.",
        clauses = { "bus.get-devices.1", "bus.get-devices.7", "bus.get-devices.8" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            local taken = {}
            for _, dev in ipairs(t.devices) do
                taken[dev // 16] = true
            end
            for block = 0, 255 do
                if not taken[block] then
                    t:GET_DEVICES{ offset = block * 16, count = 16 }
                    t:GET_DEVICES{ offset = block * 16, count = 3 }
                    return
                end
            end
            t:skip("every window holds a device")
        end,
    },
    {
        name = "between-transport-requests",
        requirement = "Enumeration goes on while the devices are used.",
        clauses = { "bus.get-devices.1", "bus.bus-messages.2" },
        needs = { bus = "GET_DEVICES" },
        scope = "bus",
        run = function(t)
            t:init("features-ok")
            local sent = {}
            for n = 1, 8 do
                sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {})
                sent[#sent + 1] = t:send("GET_DEVICES", { offset = n, count = 8 })
            end
            for _, handle in ipairs(sent) do
                t:await(handle)
            end
        end,
    },
}
