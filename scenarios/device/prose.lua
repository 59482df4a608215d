-- Requirements in the chapter's running text and tables, as far as they bind a device.

return {
    {
        name = "responses-are-responses",
        requirement = "An answer carries the response bit and its request's message id.",
        clauses = { "any.prose.response-type" },
        run = function(t)
            t:init("features-ok")
            t:GET_DEVICE_STATUS{}
            t:GET_DEVICE_INFO{}
            t:GET_VQUEUE{ index = 0 }
            t:SET_VQUEUE{ index = t.info.max_virtqueues }
        end,
    },
    {
        name = "events-are-no-responses",
        requirement = "What a device announces comes without the response bit.",
        clauses = { "any.prose.event-not-response" },
        needs = { io = true, notifications = "events" },
        run = function(t)
            t:init("driver-ok")
            local r = t:ring(t.vq)
            r:offer()
            r:kick()
            r:wait(1)
            t:expect("EVENT_USED", { vq_index = t.vq })
        end,
    },
    {
        name = "events-are-not-answered",
        requirement = "An event that a device receives is followed by no answer.",
        clauses = { "any.prose.event-not-response", "dev.ordering.2" },
        needs = { queue = true },
        run = function(t)
            t:init("driver-ok")
            for _ = 1, 4 do
                t:event("EVENT_AVAIL", { vq_index = t.vq })
                t:fence()
            end
        end,
    },
    {
        name = "a-device-stays-a-device",
        requirement = "A device sends no message that only drivers send, and no reserved id.",
        clauses = { "any.prose.initiating-side", "any.prose.reserved-ids",
            "any.prose.response-type" },
        run = function(t)
            t:init("driver-ok")
            t:GET_DEVICE_STATUS{}
            t:fence()
            t:reset()
            t:fence()
        end,
    },
    {
        name = "answers-echo",
        requirement = "Answers repeat the request's index, range or id.",
        clauses = { "dev.prose.response-echo" },
        run = function(t)
            t:init("features-ok")
            for n = 1, 4 do
                t:GET_DEVICE_FEATURES{ block_index = n, num_blocks = n }
                t:GET_VQUEUE{ index = n }
                t:GET_SHM{ shmid = n }
                if t.info.config_size > n then
                    t:GET_CONFIG{ offset = n, length = 1 }
                end
            end
        end,
    },
    {
        name = "empty-answers",
        requirement = "Requests whose answer is empty are answered without payload.",
        clauses = { "dev.prose.empty-response" },
        needs = { queue = true },
        run = function(t)
            t:init("features")
            t:SET_DRIVER_FEATURES{ features = { 0, 1 << t.F.VERSION_1 - 32 } }
            t:init("features-ok")
            t:SET_VQUEUE(t:queue_setup{})
            t:SET_VQUEUE(t:queue_setup{ reserved = 1 })
            t:RESET_VQUEUE{ index = t.vq }
        end,
    },
}
