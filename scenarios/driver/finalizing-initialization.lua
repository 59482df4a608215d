-- The last step ("Finalizing Initialization").

local clauses = { "drv.finalizing-initialization.1", "drv.finalizing-initialization.2",
    "drv.finalizing-initialization.3" }

return {
    {
        name = "driver-ok-last",
        requirement = "DRIVER_OK comes after features and queues; buffers and notifications come after it.",
        clauses = clauses,
        run = function(t)
            t:boot()
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "late-driver-ok",
        requirement = "Nothing is notified before the device has answered DRIVER_OK.",
        clauses = clauses,
        run = function(t)
            local held = false
            t:on_answer("SET_DEVICE_STATUS", function(f)
                if f.status & t.S.DRIVER_OK ~= 0 and not held then
                    held = true
                    return "hold"
                end
            end)
            t:boot()
            t:quiet()
            t:release()
            t:quiet()
        end,
    },
}
