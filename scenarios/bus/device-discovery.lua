-- Which device numbers there are, and how the driver side learns them.

return {
    {
        name = "listed-devices-can-be-reached",
        requirement = "Every device number that GET_DEVICES shows belongs to one device, which "
            .. "answers GET_DEVICE_INFO.",
        clauses = { "bus.device-discovery.1", "bus.device-discovery.2",
            "bus.assignment.3" },
        needs = { bus = "GET_DEVICES" },
        run = function(t)
            local offset, unreached = 0, 0
            repeat
                local r = t:GET_DEVICES{ offset = offset, count = math.min(2048, 0x10000 - offset) }
                for i = 0, r.count - 1 do
                    if #r.bitmap > i // 8 and r.bitmap:byte(i // 8 + 1) >> i % 8 & 1 == 1 then
                        local how = t:outcome(t:send("GET_DEVICE_INFO", {}, { dev = offset + i }))
                        unreached = unreached + (how == "response" and 0 or 1)
                        if unreached == 8 then
                            return -- of as many as it likes to invent
                        end
                    end
                end
                local more = r.next_offset > offset
                offset = r.next_offset
            until not more
        end,
    },
    {
        name = "every-device-is-exposed",
        requirement = "Each device that is present is exposed to the driver side, whatever way "
            .. "it was discovered.",
        clauses = { "bus.device-discovery.2", "bus.assignment.3" },
        run = function(t)
            for _, dev in ipairs(t.devices) do
                t:outcome(t:send("GET_DEVICE_INFO", {}, { dev = dev }))
                if t.far and not t.platform then
                    t:try("GET_DEVICES", { offset = dev, count = 1 })
                end
            end
        end,
    },
}
