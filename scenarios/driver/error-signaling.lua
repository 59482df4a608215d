-- Messages that a driver has to discard, and requests that stay unanswered ("Error Signaling").

local function header(kind, msg_id, dev, size)
    return string.pack("<BBI2I2I2", kind, msg_id, dev, 0x5A5A, size)
end

-- What has to be discarded: some before answers of the initialisation, and all after it.
local function meets(t, messages)
    for i, name in ipairs{ "GET_DEVICE_FEATURES", "SET_DRIVER_FEATURES", "GET_VQUEUE", "SET_VQUEUE" } do
        if messages[i] then
            t:interrupt(name, messages[i])
        end
    end
    t:boot()
    t:quiet()
    for _, bytes in ipairs(messages) do
        t:raw(bytes)
    end
    t:quiet()
    if t.upper_available then
        t:upper("status " .. t.dev)
    end
    t:quiet()
end

local discards = { "drv.error-signaling.1" }
local retries = { "drv.error-signaling.2" }

-- An answer that never comes, then the end of the driver's own policy.
local function lost_for_good(name)
    return function(t)
        t:lose_answer(name, {})
        if not t:await(name) and t:count(name) == 0 then
            t:inconclusive("the driver sends no " .. name)
        end
        t:exhaust()
    end
end

-- An answer that is lost once: the request is sent again.
local function lost_once(name)
    return function(t)
        local rule = t:lose_answer(name)
        t:boot()
        if rule.met == 0 then
            t:inconclusive("the driver sends no " .. name)
        end
        t:quiet()
    end
end

-- A device that stops answering with this request, and reacts again when the driver has noticed.
local function vanishes(name, request, model, skip)
    return {
        name = name,
        requirement = ("A device that stops answering at %s and returns is driven again, or given up."):format(request),
        clauses = { "drv.error-signaling.2", "drv.error-signaling.3" },
        needs = { timeout = true, model = model },
        run = function(t)
            local rule = t:on_request(request, function()
                t:vanish()
                return "lose"
            end, { times = 1, skip = skip })
            t:await_met(rule)
            if t:exhaust() then
                t:appear()
                t:quiet()
            end
        end,
    }
end

return {
    {
        name = "cut-off",
        requirement = "Messages that are shorter than their header or fields are discarded.",
        clauses = discards,
        needs = { boundaries = true },
        run = function(t)
            local messages = {}
            for n = 8, 23, 5 do
                messages[#messages + 1] = t:encode("EVENT_CONFIG", {}, { cut = n, size = n })
            end
            for n = 1, 7 do
                messages[#messages + 1] = header(0, 0x40, t.dev, n):sub(1, n)
            end
            messages[#messages + 1] = t:encode("EVENT_USED", {}, { cut = 11, size = 11 })
            meets(t, messages)
        end,
    },
    {
        name = "short-events",
        requirement = "Events without all of their fields are discarded.",
        clauses = discards,
        run = function(t)
            meets(t, {
                t:encode("EVENT_CONFIG", {}, { cut = 8, size = 8 }),
                t:encode("EVENT_CONFIG", {}, { cut = 20, size = 20 }),
                t:encode("EVENT_USED", {}, { cut = 8, size = 8 }),
                t:encode("EVENT_CONFIG", { length = 100 }),
                t:encode("EVENT_CONFIG", { length = 0xFFFFFFFF, offset = 0xFFFFFFFF }),
            })
        end,
    },
    {
        name = "sizes-that-lie",
        requirement = "Messages whose msg_size is beyond what was delivered are discarded.",
        clauses = discards,
        needs = { boundaries = true },
        run = function(t)
            local messages = {}
            for i, size in ipairs{ 0, 7, 13, 264, 0xFFFF } do
                messages[i] = t:encode("EVENT_USED", {}, { size = size })
            end
            meets(t, messages)
        end,
    },
    {
        name = "events-as-responses",
        requirement = "An event with the response bit is discarded.",
        clauses = discards,
        run = function(t)
            meets(t, {
                t:encode("EVENT_CONFIG", { device_status = 0 }, { type = 1 }),
                t:encode("EVENT_USED", { vq_index = 0 }, { type = 1 }),
                header(1, 0x41, t.dev, 16) .. string.rep("\0", 8),
            })
        end,
    },
    {
        name = "requests-to-the-driver",
        requirement = "Requests that only a driver sends are discarded and not answered.",
        clauses = discards,
        run = function(t)
            meets(t, {
                t:encode("GET_DEVICE_INFO"), t:encode("GET_DEVICE_STATUS"),
                t:encode("SET_DEVICE_STATUS", { status = 0 }), t:encode("GET_VQUEUE", { index = 0 }),
                t:encode("EVENT_AVAIL", { vq_index = 0 }),
            })
        end,
    },
    {
        name = "unknown-ids",
        requirement = "Message ids that are reserved or not defined are discarded.",
        clauses = discards,
        run = function(t)
            local messages = {}
            for _, kind in ipairs{ 0, 1 } do
                for _, msg_id in ipairs{ 0x00, 0x01, 0x0D, 0x3F } do
                    messages[#messages + 1] = header(kind, msg_id, t.dev, 8)
                end
            end
            meets(t, messages)
        end,
    },
    {
        name = "answers-to-nothing",
        requirement = "A response that answers no request is discarded.",
        clauses = { "drv.error-signaling.1", "drv.mandatory.1" },
        run = function(t)
            meets(t, {
                t:encode("GET_DEVICE_STATUS", { status = t.S.NEEDS_RESET }, { response = true, token = 0xF00D }),
                t:encode("GET_CONFIG", { length = 4, data = "\1\2\3\4" }, { response = true, token = 0xF00D }),
                t:encode("RESET_VQUEUE", {}, { response = true, token = 0xF00D }),
                header(1, 0x20, t.dev, 8),
            })
        end,
    },
    {
        name = "answers-twice",
        requirement = "A response that comes twice is taken once.",
        clauses = { "drv.mandatory.1", "drv.overview.1" },
        run = function(t)
            for _, name in ipairs{ "GET_DEVICE_INFO", "GET_DEVICE_FEATURES", "SET_DRIVER_FEATURES", "GET_CONFIG",
                "GET_DEVICE_STATUS", "SET_DEVICE_STATUS", "GET_VQUEUE", "SET_VQUEUE" } do
                t:repeat_answer(name, {})
            end
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "lost-information",
        requirement = "GET_DEVICE_INFO is sent again when its response was lost.",
        clauses = retries,
        needs = { timeout = true },
        run = lost_once("GET_DEVICE_INFO"),
    },
    {
        name = "lost-features",
        requirement = "GET_DEVICE_FEATURES is sent again, or the driver starts again, when its response was lost.",
        clauses = retries,
        needs = { timeout = true },
        run = lost_once("GET_DEVICE_FEATURES"),
    },
    {
        name = "lost-set-vqueue",
        requirement = "SET_VQUEUE is sent again, or the driver starts again, when its response was lost.",
        clauses = retries,
        needs = { timeout = true },
        run = lost_once("SET_VQUEUE"),
    },
    {
        name = "late-answer",
        requirement = "The response to the first attempt may come after the second was sent.",
        clauses = retries,
        needs = { timeout = true },
        run = function(t)
            t:hold_answer("GET_DEVICE_FEATURES")
            t:on_request("GET_DEVICE_FEATURES", function() t:release() end, { times = 1, skip = 1 })
            t:boot()
            t:quiet()
        end,
    },
    {
        name = "no-information",
        requirement = "A GET_DEVICE_INFO that is never answered fails in bounded time.",
        clauses = { "drv.error-signaling.2" },
        needs = { timeout = true },
        run = function(t)
            t:lose_answer("GET_DEVICE_INFO", {})
            t:await("GET_DEVICE_INFO")
            t:exhaust()
        end,
    },
    {
        name = "no-features",
        requirement = "When all attempts are used up, the driver recovers by reset and status.",
        clauses = { "drv.error-signaling.2", "drv.error-signaling.3" },
        needs = { timeout = true },
        run = lost_for_good("GET_DEVICE_FEATURES"),
    },
    {
        name = "no-queue",
        requirement = "When GET_VQUEUE stays unanswered, the driver recovers by reset and status.",
        clauses = { "drv.error-signaling.2", "drv.error-signaling.3" },
        needs = { timeout = true },
        run = lost_for_good("GET_VQUEUE"),
    },
    {
        name = "long-events",
        requirement = "An unknown event, and one with more payload than is defined, do no harm.",
        clauses = discards,
        run = function(t)
            t:boot()
            t:quiet()
            t:raw(header(0, 0x44, t.dev, 8))
            t:say("EVENT_CONFIG", { device_status = t:status(t.dev) }, { extra = "more" })
            t:quiet()
            if t.upper_available then
                t:upper("status " .. t.dev)
            end
            t:quiet()
        end,
    },
    {
        name = "other-echo",
        requirement = "A repeated value that is not the request's may be minded, or not.",
        clauses = { "drv.get-config.1" },
        needs = { model = "block" },
        run = function(t)
            t:on_answer("GET_CONFIG", function(f) f.offset = f.offset + 1 end, { times = 1 })
            t:await_status(t.S.FEATURES_OK)
            t:quiet()
        end,
    },
    vanishes("vanishes-at-features", "GET_DEVICE_FEATURES"),
    vanishes("vanishes-at-selection", "SET_DRIVER_FEATURES"),
    vanishes("vanishes-at-configuration", "GET_CONFIG", "block"),
    vanishes("vanishes-and-returns", "GET_VQUEUE"),
    vanishes("vanishes-at-queue", "SET_VQUEUE"),
    vanishes("vanishes-at-last", "SET_DEVICE_STATUS", nil, 4),
    {
        name = "vanishes-while-running",
        requirement = "A request to a device that stopped answering fails in bounded time.",
        clauses = { "drv.error-signaling.2", "drv.error-signaling.3" },
        needs = { timeout = true, upper = true },
        run = function(t)
            t:boot()
            t:quiet()
            t:vanish()
            t:upper("status " .. t.dev)
            t:exhaust()
            t:appear()
            t:quiet()
        end,
    },
}
