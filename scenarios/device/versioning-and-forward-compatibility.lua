-- Versioning and Forward Compatibility, device side: requests of another revision.

-- A transport message of 8 bytes and a payload, with any message id.
local function message(t, msg_id, payload)
    local header = { 0, msg_id, t.dev, t:token(), 8 + #payload }
    return string.pack("<BBI2I2I2", table.unpack(header)) .. payload
end

return {
    {
        name = "request-of-another-revision",
        requirement = "Requests that revision 1 does not define are ignored.",
        clauses = { "dev.versioning-and-forward-compatibility.2", "dev.ordering.3",
            "dev.error-signaling.1", "dev.device-limits.2" },
        run = function(t)
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
            for msg_id = 0x0D, 0x3F do
                t:silent(message(t, msg_id, ""))
            end
            t:GET_DEVICE_STATUS{}
        end,
    },
    {
        name = "request-of-another-revision-with-payload",
        requirement = "The payload of a request from another revision is not looked at.",
        clauses = { "dev.versioning-and-forward-compatibility.2", "dev.ordering.3" },
        run = function(t)
            t:init("driver-ok")
            t:GET_DEVICE_STATUS{}
            for _, msg_id in ipairs{ 0x0D, 0x0E, 0x20, 0x3F } do
                t:silent(message(t, msg_id, string.rep("\0", 4)))
                t:silent(message(t, msg_id, string.rep("\xFF", t.max_msg_size - 8)))
            end
            t:GET_DEVICE_STATUS{}
        end,
    },
}
