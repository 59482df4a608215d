-- What every driver must be able to do ("Mandatory messages").
return {
    {
        name = "reaches-driver-ok",
        requirement = "With the mandatory messages the driver reaches DRIVER_OK.",
        clauses = { "drv.mandatory.1" },
        run = function(t)
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "mandatory-messages-only",
        requirement = "A device without optional messages, and without bus messages, is driven as well.",
        clauses = { "drv.mandatory.1" },
        run = function(t)
            t:on_answer("GET_DEVICE_FEATURES", function(f)
                for i = 1, #f.features do
                    f.features[i] = f.block_index + i - 1 == 1 and 1 << (t.F.VERSION_1 - 32) or 0
                end
            end)
            t:lose_request("GET_SHM", {})
            t:boot()
            t:quiet()
        end,
    },
}
