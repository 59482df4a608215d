-- Messages from later revisions ("Versioning and Forward Compatibility").

local function event(t, msg_id, payload)
    return string.pack("<BBI2I2I2", 0, msg_id, t.dev, 0, 8 + #payload) .. payload
end

return {
    {
        name = "unknown-events-while-starting",
        requirement = "Events that revision 1 does not define change nothing in the initialisation.",
        clauses = { "drv.versioning-and-forward-compatibility.2", "drv.error-signaling.1" },
        run = function(t)
            for i, name in ipairs{ "GET_DEVICE_FEATURES", "SET_DRIVER_FEATURES", "GET_VQUEUE", "SET_VQUEUE" } do
                t:interrupt(name, event(t, 0x42 + i, string.rep("\xFF", 8 * (i - 1))))
            end
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "unknown-events-while-running",
        requirement = "Events that revision 1 does not define change nothing in a running device.",
        clauses = { "drv.versioning-and-forward-compatibility.2", "drv.error-signaling.1" },
        needs = { upper = true },
        run = function(t)
            t:boot()
            for msg_id = 0x43, 0x7F, 6 do
                t:raw(event(t, msg_id, "\1\0\0\0"))
            end
            t:quiet()
            t:upper("status " .. t.dev)
            t:quiet()
        end,
    },
    {
        name = "unknown-status-bits",
        requirement = "Status bits that nobody defines do not stop the driver, which may also reset.",
        clauses = { "drv.versioning-and-forward-compatibility.2", "drv.mandatory.1" },
        run = function(t)
            t:on_answer("SET_DEVICE_STATUS", function(f)
                if f.status ~= 0 then
                    f.status = f.status | 0x100
                end
            end)
            t:boot()
            t:quiet()
        end,
    },
}
