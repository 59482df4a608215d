-- Common Header, device side: type, dev_num, token, msg_size and padding.

-- Up to three device numbers that do not exist, the likeliest to be mixed up first.
local function absent(t)
    local taken, list = {}, {}
    for _, dev in ipairs(t.devices) do
        taken[dev] = true
    end
    for _, dev in ipairs{ t.dev + 0x100 & 0xFFFF, t.dev + 1 & 0xFFFF, 65535, 0, 1, 2, 3 } do
        if not taken[dev] and #list < 3 then
            taken[dev] = true
            list[#list + 1] = dev
        end
    end
    return list
end

-- The first devices of the bus, which may have thousands.
local function some_devices(t)
    return table.move(t.devices, 1, math.min(#t.devices, 8), 1, {})
end

-- One request of each kind that answers with something, in any order.
local function ask(t, options)
    t:GET_DEVICE_STATUS({}, options)
    t:GET_DEVICE_FEATURES({ num_blocks = 2 }, options)
    t:GET_VQUEUE({ index = 0 }, options)
    t:GET_SHM({ shmid = 0 }, options)
    t:GET_DEVICE_INFO({}, options)
end

return {
    {
        name = "reserved-type-bits-ignored",
        requirement = "A request with reserved bits in type is served as without them.",
        clauses = { "dev.common-message-format.1" },
        run = function(t)
            t:init("features-ok")
            ask(t)
            for bit = 2, 7 do
                ask(t, { type = 1 << bit })
            end
            ask(t, { type = 0xFC })
        end,
    },
    {
        name = "reserved-type-bits-with-effect",
        requirement = "A request that changes something does so despite reserved bits in type.",
        clauses = { "dev.common-message-format.1" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            t:GET_VQUEUE{ index = t.vq }
            t:SET_VQUEUE(t:queue_setup{ flags = t.VQ.KEEP_DISABLED }, { type = 0xFC })
            t:GET_VQUEUE({ index = t.vq }, { type = 0x80 })
            t:SET_DEVICE_STATUS({ status = 0 }, { type = 0x04 })
            t:reset()
        end,
    },
    {
        name = "size-is-the-length",
        requirement = "msg_size is the length of header and payload; bytes added to it are zero.",
        clauses = { "dev.common-message-format.2", "dev.common-message-format.4" },
        run = function(t)
            t:init("features-ok")
            ask(t)
            for n = 1, 8 do
                t:GET_DEVICE_FEATURES{ num_blocks = n }
            end
            t:SET_VQUEUE{ index = t.info.max_virtqueues }
            t:RESET_VQUEUE{ index = t.info.max_virtqueues }
            if t.info.config_size > 0 then
                for n = 1, math.min(t.info.config_size, 8) do
                    t:GET_CONFIG{ offset = 0, length = n }
                end
            end
        end,
    },
    {
        name = "every-device-its-number",
        requirement = "Requests to several devices are answered by the one that was asked.",
        clauses = { "dev.common-message-format.3", "dev.common-message-format.6" },
        scope = "bus",
        run = function(t)
            local sent = {}
            for _ = 1, 4 do
                for _, dev in ipairs(some_devices(t)) do
                    sent[#sent + 1] = t:send("GET_DEVICE_INFO", {}, { dev = dev })
                end
            end
            for _, handle in ipairs(sent) do
                t:await(handle)
            end
        end,
    },
    {
        name = "absent-devices",
        requirement = "Nobody answers for a device number that does not exist.",
        clauses = { "dev.common-message-format.3" },
        run = function(t)
            t:init("driver-ok")
            t:GET_DEVICE_STATUS{}
            for _, dev in ipairs(absent(t)) do
                t:try("GET_DEVICE_INFO", {}, { dev = dev })
                t:try("GET_DEVICE_STATUS", {}, { dev = dev })
                t:try("SET_DEVICE_STATUS", { status = 0 }, { dev = dev })
                t:try("RESET_VQUEUE", { index = t.vq or 0 }, { dev = dev })
            end
            t:GET_DEVICE_STATUS{}
            t:GET_VQUEUE{ index = t.vq or 0 }
        end,
    },
    {
        name = "other-devices-untouched",
        requirement = "What a driver does to one device no other device notices.",
        clauses = { "dev.common-message-format.3", "dev.get-device-status.1" },
        run = function(t)
            if #t.devices < 2 then
                t:skip("the bus has a single device")
            end
            local function others(each)
                for _, dev in ipairs(some_devices(t)) do
                    if dev ~= t.dev then
                        each({ dev = dev })
                    end
                end
            end
            local function look_at_others()
                others(function(at)
                    t:GET_DEVICE_INFO({}, at)
                    t:GET_DEVICE_STATUS({}, at)
                    t:GET_VQUEUE({ index = 0 }, at)
                end)
            end
            others(function(at) -- something to lose
                if t:GET_DEVICE_STATUS({}, at).status == 0 then
                    t:SET_DEVICE_STATUS({ status = t.S.ACKNOWLEDGE }, at)
                    t:SET_DEVICE_STATUS({ status = t.S.ACKNOWLEDGE | t.S.DRIVER }, at)
                end
                if t:GET_VQUEUE({ index = 0 }, at).max_size > 0 then
                    t:SET_VQUEUE(t:queue_setup{ index = 0, size = 1, flags = t.VQ.KEEP_DISABLED }, at)
                end
            end)
            look_at_others()
            t:init("driver-ok")
            look_at_others()
            t:reset()
            look_at_others()
        end,
    },
    {
        name = "padding-received-is-ignored",
        requirement = "Bytes behind the payload never change what a request means.",
        clauses = { "dev.common-message-format.4", "dev.get-vqueue.1", "dev.get-device-status.1" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            local bytes = string.rep("\xFF", 8)
            t:GET_VQUEUE{ index = t.vq }
            t:try("GET_VQUEUE", { index = t.vq }, { extra = bytes })
            t:try("GET_DEVICE_STATUS", {}, { extra = bytes })
            t:try("SET_VQUEUE", t:queue_setup{ flags = t.VQ.KEEP_DISABLED }, { extra = bytes })
            t:GET_VQUEUE{ index = t.vq }
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "bytes-beyond-the-size",
        requirement = "Bytes that are delivered beyond msg_size are no payload.",
        clauses = { "dev.common-message-format.4", "dev.get-vqueue.1" },
        needs = { boundaries = true, queue = true },
        run = function(t)
            t:init("features-ok")
            t:GET_VQUEUE{ index = t.vq }
            for _, n in ipairs{ 1, 4, 56 } do
                local bytes = string.rep("\xFF", n)
                t:try("GET_VQUEUE", { index = t.vq }, { trailing = bytes })
                t:try("GET_DEVICE_STATUS", {}, { trailing = bytes })
            end
            t:GET_VQUEUE{ index = t.vq }
        end,
    },
    {
        name = "token-of-every-value",
        requirement = "A request is answered, with its token, whatever the token is.",
        clauses = { "dev.common-message-format.5", "dev.common-message-format.6" },
        run = function(t)
            t:init("features-ok")
            for _, token in ipairs{ 0, 1, 0x00FF, 0x0100, 0x1234, 0x7FFF, 0x8000, 0xFFFE,
                0xFFFF } do
                t:try("GET_DEVICE_STATUS", {}, { token = token })
            end
        end,
    },
    {
        name = "token-zero-alternating",
        requirement = "Token 0 is as good as any other, each time.",
        clauses = { "dev.common-message-format.5" },
        run = function(t)
            t:init("features-ok")
            for round = 1, 4 do
                t:try("GET_DEVICE_STATUS", {}, { token = 0x4000 + round })
                t:try("GET_DEVICE_STATUS", {}, { token = 0 })
                t:try("GET_DEVICE_STATUS", {}, { token = 0x8000 + round })
            end
        end,
    },
    {
        name = "token-repeated",
        requirement = "A token that repeats the previous request's is answered all the same.",
        clauses = { "dev.common-message-format.5", "dev.common-message-format.6" },
        run = function(t)
            t:init("features-ok")
            for round = 1, 4 do
                t:try("GET_DEVICE_STATUS", {}, { token = 0x5000 + round })
                t:try("GET_VQUEUE", { index = 0 }, { token = 0x6000 })
                t:await(t:send("GET_VQUEUE", { index = 0 }, { token = 0x5000 }))
                t:try("GET_DEVICE_STATUS", {}, { token = 0x5000 })
            end
        end,
    },
    {
        name = "token-shared-by-outstanding",
        requirement = "Outstanding requests of one token are all answered.",
        clauses = { "dev.common-message-format.5", "dev.ordering.2" },
        run = function(t)
            t:init("features-ok")
            local sent = {}
            for _ = 1, 4 do
                sent[#sent + 1] = t:send("GET_DEVICE_STATUS", {}, { token = 7 })
                sent[#sent + 1] = t:send("GET_VQUEUE", { index = 0 }, { token = 7 })
            end
            for _, handle in ipairs(sent) do
                t:await(handle)
            end
        end,
    },
    {
        name = "many-outstanding",
        requirement = "Sixty-four outstanding requests are each answered with their own token.",
        clauses = { "dev.common-message-format.6", "dev.ordering.2" },
        run = function(t)
            t:init("features-ok")
            local sent = {}
            for n = 1, 64 do
                sent[n] = t:send("GET_VQUEUE", { index = n - 1 }, { token = n * 0x0101 })
            end
            for n = 64, 1, -1 do
                t:await(sent[n])
            end
        end,
    },
}
