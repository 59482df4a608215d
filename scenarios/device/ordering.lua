-- Message Ordering, device side: receive order, exactly one answer, none for nonsense.

local function await_all(t, sent)
    for _, handle in ipairs(sent) do
        t:await(handle)
    end
end

return {
    {
        name = "set-vqueue-then-get",
        requirement = "A read right behind SET_VQUEUE shows its effect.",
        clauses = { "dev.ordering.1", "dev.ordering.2" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            t:GET_VQUEUE{ index = t.vq }
            local sent = {}
            for _ = 1, 4 do
                sent[#sent + 1] = t:send("SET_VQUEUE", t:queue_setup{ flags = t.VQ.KEEP_DISABLED })
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = t.vq })
            end
            await_all(t, sent)
            t:GET_VQUEUE{ index = t.vq }
        end,
    },
    {
        name = "set-status-then-get",
        requirement = "A read right behind SET_DEVICE_STATUS shows its effect.",
        clauses = { "dev.ordering.1", "dev.ordering.2" },
        run = function(t)
            t:init("reset")
            await_all(t, {
                t:send("SET_DEVICE_STATUS", { status = t.S.ACKNOWLEDGE }),
                t:send("GET_DEVICE_STATUS", {}),
                t:send("SET_DEVICE_STATUS", { status = t.S.ACKNOWLEDGE | t.S.DRIVER }),
                t:send("GET_DEVICE_STATUS", {}),
                t:send("SET_DEVICE_STATUS", { status = t.S.ACKNOWLEDGE | t.S.DRIVER | t.S.FAILED }),
                t:send("GET_DEVICE_STATUS", {}),
            })
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "set-config-then-get",
        requirement = "A read right behind an applied SET_CONFIG shows what it wrote.",
        clauses = { "dev.ordering.1", "dev.ordering.2" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            local function write(at, data)
                local now = t:GET_CONFIG(at)
                local fields = { generation = t.strict and now.generation or 0, offset = at.offset,
                    data = data or string.char(now.data:byte() ~ 1) }
                await_all(t, { t:send("SET_CONFIG", fields), t:send("GET_CONFIG", at) })
                return now.data
            end
            local size = t.info.config_size
            for offset = 0, size - 1, size // 16 + 1 do
                local at = { offset = offset, length = 1 }
                write(at, write(at))
            end
        end,
    },
    {
        name = "reset-vqueue-then-get",
        requirement = "A read right behind RESET_VQUEUE shows the queue disabled.",
        clauses = { "dev.ordering.1", "dev.reset-vqueue.3" },
        needs = { queue = true, feature = "RING_RESET" },
        run = function(t)
            t:init("driver-ok")
            t:GET_VQUEUE{ index = t.vq }
            await_all(t, {
                t:send("RESET_VQUEUE", { index = t.vq }),
                t:send("GET_VQUEUE", { index = t.vq }),
            })
            t:GET_VQUEUE{ index = t.vq }
        end,
    },
    {
        name = "negotiation-in-a-pipeline",
        requirement = "A driver that does not wait negotiates like one that does.",
        clauses = { "dev.ordering.1", "dev.ordering.2", "dev.get-device-status.1" },
        run = function(t)
            t:init("reset")
            local selected = { 0, 1 << t.F.VERSION_1 - 32 }
            local status = t.S.ACKNOWLEDGE | t.S.DRIVER
            await_all(t, {
                t:send("SET_DEVICE_STATUS", { status = t.S.ACKNOWLEDGE }),
                t:send("SET_DEVICE_STATUS", { status = status }),
                t:send("GET_DEVICE_FEATURES", { num_blocks = 2 }),
                t:send("SET_DRIVER_FEATURES", { features = selected }),
                t:send("SET_DEVICE_STATUS", { status = status | t.S.FEATURES_OK }),
                t:send("GET_DEVICE_STATUS", {}),
            })
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "mixed-pipeline",
        requirement = "Thirty-two requests of all kinds in flight are answered in their order.",
        clauses = { "dev.ordering.1", "dev.ordering.2", "dev.common-message-format.6" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local sent = {}
            for n = 1, 4 do
                local index = n & 1 == 0 and t.info.max_virtqueues or t.vq
                sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {})
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = t.vq })
                sent[#sent + 1] = t:send("SET_VQUEUE",
                    t:queue_setup{ index = index, flags = t.VQ.KEEP_DISABLED })
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = index })
                sent[#sent + 1] = t:send("GET_DEVICE_FEATURES", { num_blocks = n })
                sent[#sent + 1] = t:send("GET_SHM", { shmid = n })
                sent[#sent + 1] = t:send("GET_DEVICE_INFO", {})
                sent[#sent + 1] = t:send("RESET_VQUEUE", { index = t.info.max_virtqueues })
            end
            await_all(t, sent)
        end,
    },
    {
        name = "nonsense-between",
        requirement = "Malformed requests in a pipeline are passed over, the valid ones answered.",
        clauses = { "dev.ordering.2", "dev.ordering.3" },
        run = function(t)
            t:init("features-ok")
            local sent = {}
            for n = 1, 8 do
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = n })
                t:raw(t:encode("GET_VQUEUE", { index = n }, { cut = 8 + n % 4, size = 8 + n % 4 }))
                t:raw(t:encode("GET_VQUEUE", { index = n }, { type = 1 }))
            end
            await_all(t, sent)
            t:fence()
        end,
    },
    {
        name = "devices-interleaved",
        requirement = "Requests to several devices in turn are all answered, each device in order.",
        clauses = { "dev.ordering.1", "dev.ordering.2" },
        scope = "bus",
        run = function(t)
            if #t.devices < 2 then
                t:skip("the bus has a single device")
            end
            local devices = table.move(t.devices, 1, math.min(#t.devices, 8), 1, {})
            local sent = {}
            for _, dev in ipairs(devices) do
                t:GET_DEVICE_INFO({}, { dev = dev })
            end
            for index = 0, 7 do
                for _, dev in ipairs(devices) do
                    sent[#sent + 1] = t:send("GET_VQUEUE", { index = index }, { dev = dev })
                    sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {}, { dev = dev })
                end
            end
            await_all(t, sent)
        end,
    },
    {
        name = "events-between",
        requirement = "Notifications between requests delay and reorder no answer.",
        clauses = { "dev.ordering.1", "dev.ordering.2" },
        needs = { queue = true },
        run = function(t)
            t:init("driver-ok")
            local sent = {}
            for _ = 1, 8 do
                sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {})
                t:event("EVENT_AVAIL", { vq_index = t.vq })
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = t.vq })
            end
            await_all(t, sent)
        end,
    },
}
