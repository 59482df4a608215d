-- The initialization flow that a driver goes through by itself ("Initialization Flow").
return {
    {
        name = "starts-up",
        requirement = "The driver initialises the device in the order of the transport: information, reset, "
            .. "ACKNOWLEDGE, DRIVER, features, FEATURES_OK, virtqueues, DRIVER_OK.",
        clauses = { "drv.overview.1", "drv.overview.2", "drv.overview.3", "drv.overview.4",
            "drv.prose.early-discovery", "drv.prose.status-progression" },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
}
