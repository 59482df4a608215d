-- Setting virtqueues up (SET_VQUEUE).

local shape = { "drv.set-vqueue.1", "drv.set-vqueue.2", "drv.set-vqueue.6" }

return {
    {
        name = "well-shaped",
        requirement = "Reserved fields are zero, the state operation is defined, areas are aligned and "
            .. "lie in memory.",
        clauses = shape,
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "confirmed",
        requirement = "A queue is used only after GET_VQUEUE confirmed what was set.",
        clauses = { "drv.set-vqueue.9", "drv.overview.3" },
        needs = { memory = true },
        run = function(t)
            t:boot()
            t:kick(0)
            t:quiet()
        end,
    },
    {
        name = "not-taken",
        requirement = "A queue whose parameters the device did not take is not used.",
        clauses = { "drv.set-vqueue.9", "drv.overview.3" },
        run = function(t)
            t:on_answer("GET_VQUEUE", function(f)
                f.cur_size, f.flags = 0, 0
                f.desc_addr, f.driver_addr, f.device_addr = 0, 0, 0
            end)
            t:await("SET_VQUEUE")
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "taken-in-part",
        requirement = "A queue that came out smaller than asked for is not used as if it had not.",
        clauses = { "drv.set-vqueue.9", "drv.overview.3" },
        run = function(t)
            t:on_answer("GET_VQUEUE", function(f) f.cur_size = f.cur_size // 2 end)
            t:await("SET_VQUEUE")
            t:quiet()
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "set-up-anew",
        requirement = "An enabled queue is reset before it is configured anew.",
        clauses = { "drv.set-vqueue.4", "drv.set-vqueue.7", "drv.set-vqueue.8" },
        needs = { upper = true, model = "block" },
        run = function(t)
            t:boot()
            t:quiet()
            if t:count("SET_VQUEUE") == 0 then
                t:inconclusive("the driver sets no queue up")
            end
            for vq = 0, 1 do
                if t:try_upper(("setup-vqueue %d %d"):format(t.dev, vq)) then
                    t:quiet()
                end
            end
            t:try_kick(0)
            t:quiet()
        end,
    },
    {
        name = "set-up-anew-without-ring-reset",
        requirement = "Without VIRTIO_F_RING_RESET an enabled queue is left as it is.",
        clauses = { "drv.set-vqueue.4", "drv.set-vqueue.7", "drv.reset-vqueue.1" },
        needs = { upper = true },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                local i = t.F.RING_RESET // 32 - f.block_index + 1
                if i >= 1 and i <= #f.features then
                    f.features[i] = f.features[i] & ~(1 << t.F.RING_RESET % 32)
                end
            end)
            t:boot()
            t:quiet()
            if t:count("SET_VQUEUE") == 0 then
                t:inconclusive("the driver sets no queue up")
            end
            t:try_upper(("setup-vqueue %d 0"):format(t.dev))
            t:quiet()
            t:try_upper(("reset-vqueue %d 0"):format(t.dev))
            t:quiet()
        end,
    },
}
