-- Error Signaling and discarding, device side: malformed and unsupported messages meet silence.

-- The requests that carry a payload, with values that would do harm if they were taken.
local function requests(t)
    local index = t.vq or 0
    return {
        { "GET_DEVICE_FEATURES", { num_blocks = 1 } },
        { "SET_DRIVER_FEATURES", { features = {} } },
        { "GET_CONFIG", { length = 1 } },
        { "SET_CONFIG", { data = "" } },
        { "SET_DEVICE_STATUS", { status = t.S.FAILED } },
        { "GET_VQUEUE", { index = index } },
        { "SET_VQUEUE", t.vq and t:queue_setup{} or { index = index, flags = t.VQ.ENABLE } },
        { "RESET_VQUEUE", { index = index } },
        { "GET_SHM", { shmid = 1 } },
    }
end

-- Everything that a driver can see of the device without touching it.
local function look(t)
    t:GET_DEVICE_STATUS{}
    t:GET_VQUEUE{ index = t.vq or 0 }
    t:GET_DEVICE_FEATURES{ num_blocks = 2 }
    if t.info.config_size > 0 then
        t:GET_CONFIG{ offset = 0, length = 1 }
    end
end

-- As string.rep() of one byte, in pieces: that takes a while for 64 KiB.
local function filled(byte, n)
    return byte:rep(512):rep(n // 512) .. byte:rep(n % 512)
end

local function header(t, kind, msg_id, msg_size)
    return string.pack("<BBI2I2I2", kind, msg_id, t.dev, t:token(), msg_size)
end

return {
    {
        name = "payload-cut-off",
        requirement = "A request that lacks any part of its payload is discarded.",
        clauses = { "dev.error-signaling.1", "dev.ordering.3" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for _, r in ipairs(requests(t)) do
                local full = #t:encode(r[1], r[2])
                for n = 8, full - 1 do
                    t:try(r[1], r[2], { cut = n, size = n })
                end
            end
            look(t)
        end,
    },
    {
        name = "size-beyond-delivered",
        requirement = "A request whose msg_size claims more than was delivered is discarded.",
        clauses = { "dev.error-signaling.1", "dev.ordering.3" },
        needs = { boundaries = true },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for _, r in ipairs(requests(t)) do
                local full = #t:encode(r[1], r[2])
                for n = 8, full - 1 do
                    t:try(r[1], r[2], { cut = n })
                end
                t:try(r[1], r[2], { size = full + 1 })
                t:try(r[1], r[2], { size = 0xFFFF })
            end
            t:try("GET_DEVICE_STATUS", {}, { size = 9 })
            t:try("GET_DEVICE_INFO", {}, { size = t.max_msg_size })
            look(t)
        end,
    },
    {
        name = "size-below-header",
        requirement = "A request whose msg_size is less than the header is discarded.",
        clauses = { "dev.error-signaling.1", "dev.ordering.3" },
        needs = { boundaries = true },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for size = 0, 7 do
                t:try("GET_DEVICE_STATUS", {}, { size = size })
                t:try("SET_DEVICE_STATUS", { status = 0 }, { size = size })
                t:try("GET_VQUEUE", { index = 0 }, { size = size })
            end
            look(t)
        end,
    },
    {
        name = "shorter-than-a-header",
        requirement = "A packet shorter than the header is discarded.",
        clauses = { "dev.error-signaling.1" },
        needs = { boundaries = true },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for n = 1, 7 do
                t:silent(t:encode("GET_DEVICE_STATUS", {}):sub(1, n))
                t:silent(t:encode("SET_DEVICE_STATUS", { status = 0 }):sub(1, n))
                t:silent(string.rep("\0", n))
                t:silent(string.rep("\xFF", n))
            end
            look(t)
        end,
    },
    {
        name = "size-within-the-payload",
        requirement = "Bytes beyond msg_size do not complete a payload that msg_size cuts off.",
        clauses = { "dev.error-signaling.1", "dev.ordering.3" },
        needs = { boundaries = true },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for _, r in ipairs(requests(t)) do
                for n = 8, #t:encode(r[1], r[2]) - 1 do
                    t:try(r[1], r[2], { size = n })
                end
            end
            look(t)
        end,
    },
    {
        name = "reserved-ids",
        requirement = "Requests with the reserved ids 0 and 1 are discarded.",
        clauses = { "dev.error-signaling.1", "dev.ordering.3", "any.prose.reserved-ids" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for _, msg_id in ipairs{ 0, 1 } do
                t:silent(header(t, 0, msg_id, 8))
                t:silent(header(t, 0, msg_id, 16) .. string.rep("\xFF", 8))
            end
            look(t)
        end,
    },
    {
        name = "unknown-events",
        requirement = "Events that the revision does not define are discarded.",
        clauses = { "dev.error-signaling.1" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for msg_id = 0x43, 0x7F, 5 do
                t:silent(header(t, 0, msg_id, 8))
            end
            t:silent(header(t, 0, 0x43, 16) .. string.rep("\xFF", 8))
            look(t)
        end,
    },
    {
        name = "events-of-the-device-itself",
        requirement = "Events that only devices send are discarded.",
        clauses = { "dev.error-signaling.1" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            t:event("EVENT_CONFIG", { device_status = 0 })
            t:fence()
            t:event("EVENT_CONFIG", { device_status = t.S.NEEDS_RESET, length = 1, data = "\xFF" })
            t:fence()
            t:event("EVENT_USED", { vq_index = t.vq or 0 })
            t:fence()
            look(t)
        end,
    },
    {
        name = "event-cut-off",
        requirement = "An event that lacks part of its payload is discarded.",
        clauses = { "dev.error-signaling.1" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            local fields = { vq_index = t.vq or 0 }
            for n = 8, #t:encode("EVENT_AVAIL", fields) - 1 do
                t:event("EVENT_AVAIL", fields, { cut = n, size = n })
                t:fence()
            end
            look(t)
        end,
    },
    {
        name = "event-sent-as-response",
        requirement = "An event with the response bit is discarded.",
        clauses = { "dev.error-signaling.1" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            t:event("EVENT_AVAIL", { vq_index = t.vq or 0 }, { type = 1 })
            t:fence()
            t:event("EVENT_USED", { vq_index = t.vq or 0 }, { type = 1 })
            t:fence()
            t:event("EVENT_CONFIG", {}, { type = 1 })
            t:fence()
            look(t)
        end,
    },
    {
        name = "event-for-no-queue",
        requirement = "A notification for a queue that is absent or not set up is harmless.",
        clauses = { "dev.error-signaling.1", "dev.prose.event-used-queue",
            "dev.get-device-status.1" },
        run = function(t)
            t:init("driver-ok", { queues = {} })
            look(t)
            local max = t.info.max_virtqueues
            for _, index in ipairs{ 0, max - 1, max, max + 1, 0x10000, 0x80000000, 0xFFFFFFFF } do
                t:event("EVENT_AVAIL", { vq_index = index & 0xFFFFFFFF, next_offset = 0xFFFFFFFF })
                t:fence()
            end
            look(t)
        end,
    },
    {
        name = "responses",
        requirement = "A response that reaches the device is discarded, not answered.",
        clauses = { "dev.error-signaling.1" },
        run = function(t)
            t:init("driver-ok")
            look(t)
            for _, r in ipairs(requests(t)) do
                t:silent(t:encode(r[1], {}, { response = true }))
                t:silent(t:encode(r[1], r[2], { type = 1 }))
            end
            t:silent(t:encode("GET_DEVICE_INFO", {}, { response = true }))
            t:silent(t:encode("GET_DEVICE_INFO", {}, { type = 1 }))
            t:silent(t:encode("GET_DEVICE_STATUS", {}, { response = true }))
            t:silent(t:encode("GET_DEVICE_STATUS", {}, { type = 1 }))
            look(t)
        end,
    },
    {
        name = "above-the-maximum",
        requirement = "A message above the maximum size is served or discarded, and does no harm.",
        clauses = { "dev.ordering.2", "dev.get-device-status.1" },
        run = function(t)
            local over = t.max_msg_size + 1 - #t:encode("GET_DEVICE_STATUS", {})
            local most = 0xFFFF - #t:encode("GET_VQUEUE", {})
            if over > most then
                t:skip("no msg_size is larger than the maximum")
            end
            t:init("features-ok")
            look(t)
            for _, n in ipairs{ over, most } do
                t:try("GET_DEVICE_STATUS", {}, { extra = filled("\0", n) })
                t:try("GET_VQUEUE", { index = 0 }, { extra = filled("\xFF", n) })
            end
            look(t)
        end,
    },
    {
        name = "packet-of-64-kib",
        requirement = "A packet larger than msg_size can say does no harm.",
        clauses = { "dev.ordering.2", "dev.get-device-status.1" },
        needs = { boundaries = true },
        run = function(t)
            t:init("features-ok")
            look(t)
            t:try("GET_DEVICE_STATUS", {}, { trailing = filled("\0", 0x10000 - 8) })
            t:silent(filled("\xFF", 0x10000))
            t:try("SET_DEVICE_STATUS", { status = 0 }, { size = 8,
                trailing = filled("\xFF", 0x10000 - 12) })
            look(t)
        end,
    },
    {
        name = "silence-while-inactive",
        requirement = "An inactive device discards what is malformed like an active one.",
        clauses = { "dev.error-signaling.1", "dev.ordering.3" },
        run = function(t)
            t:init("reset")
            t:GET_DEVICE_STATUS{}
            t:try("SET_DEVICE_STATUS", { status = t.S.ACKNOWLEDGE }, { cut = 9, size = 9 })
            t:silent(header(t, 0, 0, 8))
            t:silent(header(t, 0, 0x3F, 8))
            t:silent(header(t, 1, 0x02, 8))
            t:GET_DEVICE_STATUS{}
            t:init("features-ok")
            look(t)
        end,
    },
    {
        name = "recovery-by-reset",
        requirement = "After errors of any kind a reset brings the device back to its start.",
        clauses = { "dev.error-signaling.2", "dev.set-device-status.2" },
        run = function(t)
            t:init("driver-ok")
            t:GET_DEVICE_STATUS{}
            t:try("SET_DEVICE_STATUS", { status = 0 }, { cut = 8, size = 8 })
            t:silent(header(t, 0, 0x3F, 8))
            t:GET_DEVICE_STATUS{}
            t:reset()
            t:GET_DEVICE_STATUS{}
            t:init("driver-ok")
            look(t)
        end,
    },
    {
        name = "no-recovery-unasked",
        requirement = "A device that receives nonsense keeps its status, queues and features.",
        clauses = { "dev.error-signaling.2", "dev.get-device-status.1" },
        needs = { queue = true },
        run = function(t)
            t:init("driver-ok")
            for msg_id = 0x0D, 0x3F, 10 do
                look(t)
                t:silent(header(t, 0, msg_id, 8))
                t:try("SET_VQUEUE", t:queue_setup{}, { cut = 12, size = 12 })
                look(t)
            end
        end,
    },
}
