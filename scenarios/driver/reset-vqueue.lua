-- Resetting one virtqueue (RESET_VQUEUE).

local all = { "drv.reset-vqueue.1", "drv.reset-vqueue.2", "drv.reset-vqueue.3", "drv.set-vqueue.8" }

return {
    {
        name = "reset-and-set-up",
        requirement = "A queue is looked at, reset, and set up again after the response.",
        clauses = all,
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:upper(("reset-vqueue %d 0"):format(t.dev))
            t:await("SET_VQUEUE", { index = 0 })
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "late-response",
        requirement = "SET_VQUEUE waits for the response to RESET_VQUEUE.",
        clauses = all,
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
            t:hold_answer("RESET_VQUEUE")
            t:upper(("reset-vqueue %d 0"):format(t.dev))
            t:quiet()
            t:release()
            t:await("SET_VQUEUE", { index = 0 })
            t:quiet()
        end,
    },
    {
        name = "not-there-any-more",
        requirement = "A queue that is gone after its reset is not set up.",
        clauses = { "drv.get-vqueue.1", "drv.reset-vqueue.2" },
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
            t:on_answer("GET_VQUEUE", function(f)
                if f.index == 0 then
                    f.max_size = 0
                end
            end)
            t:try_upper(("reset-vqueue %d 0"):format(t.dev))
            t:quiet()
        end,
    },
}
