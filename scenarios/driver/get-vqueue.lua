-- A virtqueue is looked at before it is set up (GET_VQUEUE).

-- Change what GET_VQUEUE says of some queues.
local function shown(t, change)
    t:on_answer("GET_VQUEUE", change)
    t:await("GET_VQUEUE")
end

return {
    {
        name = "looks-first",
        requirement = "Each queue is looked at before it is set up.",
        clauses = { "drv.get-vqueue.1", "drv.get-vqueue.2", "drv.set-vqueue.3", "drv.set-vqueue.5" },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "unavailable-queues",
        requirement = "Queues whose max_size is 0 are not set up.",
        clauses = { "drv.get-vqueue.1", "drv.set-vqueue.3" },
        run = function(t)
            shown(t, function(f)
                if f.index > 0 then
                    f.max_size = 0
                end
            end)
            t:quiet()
        end,
    },
    {
        name = "no-queue-at-all",
        requirement = "A driver that finds no queue sets none up.",
        clauses = { "drv.get-vqueue.1" },
        run = function(t)
            shown(t, function(f) f.max_size = 0 end)
            t:quiet()
        end,
    },
    {
        name = "small-queues",
        requirement = "The size that is asked for is not above max_size.",
        clauses = { "drv.get-vqueue.2", "drv.set-vqueue.5" },
        run = function(t)
            shown(t, function(f) f.max_size = math.min(f.max_size, 8) end)
            t:quiet()
        end,
    },
    {
        name = "tiny-queues",
        requirement = "The size that is asked for is not above max_size, be it 2; a driver may give up.",
        clauses = { "drv.get-vqueue.2", "drv.set-vqueue.5" },
        run = function(t)
            shown(t, function(f) f.max_size = math.min(f.max_size, 2) end)
            t:quiet()
        end,
    },
    {
        name = "huge-queues",
        requirement = "A max_size beyond 32768 does not upset the driver.",
        clauses = { "drv.get-vqueue.2" },
        run = function(t)
            shown(t, function(f) f.max_size = f.max_size > 0 and 0x80000000 or 0 end)
            t:quiet()
        end,
    },
}
