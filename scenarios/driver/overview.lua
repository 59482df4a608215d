-- The initialization flow that a driver goes through by itself ("Initialization Flow").

local flow = { "drv.overview.1", "drv.overview.2", "drv.overview.3", "drv.overview.4",
    "drv.prose.early-discovery", "drv.prose.status-progression", "any.prose.initiating-side",
    "drv.prose.empty-request" }

return {
    {
        name = "starts-up",
        requirement = "The driver initialises the device in the order of the transport: information, reset, "
            .. "ACKNOWLEDGE, DRIVER, features, FEATURES_OK, virtqueues, DRIVER_OK.",
        clauses = flow,
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "starts-up-again",
        requirement = "After a reset the driver goes through the same steps again.",
        clauses = flow,
        needs = { upper = true },
        run = function(t)
            t:boot()
            t:upper("reset " .. t.dev)
            t:await("SET_DEVICE_STATUS", { status = 0 })
            t:upper("init " .. t.dev)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "slow-device",
        requirement = "A device that takes its time over every answer is initialised in the same order.",
        clauses = flow,
        device = { quirks = { "answers-late" } },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "several-devices",
        requirement = "Each device goes through the steps by itself.",
        clauses = { "drv.overview.1", "drv.overview.2", "drv.overview.3", "drv.overview.4",
            "drv.common-message-format.3" },
        device = { others = { { 5, "entropy" }, { 9, "block" }, { 65535, "entropy" } } },
        run = function(t)
            t:boot()
            for _, dev in ipairs(t.devices) do
                if t:count("SET_DRIVER_FEATURES", dev) > 0 then
                    t:boot(dev)
                end
            end
            t:quiet()
        end,
    },
}
