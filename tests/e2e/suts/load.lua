-- Eight devices with 256 requests each under way at a bus, answered when all of them are, four times.

local DEVICES, EACH = 8, 256
local others = {}

for n = 1, DEVICES - 2 do
    others[n] = { 100 + 37 * n, n % 2 == 0 and "block" or "entropy" }
end

return {
    {
        name = "thousands-over-many-devices",
        requirement = "Each of thousands of requests over many devices gets its own response.",
        clauses = { "bus.ordering.1", "bus.ordering.2", "bus.prose.interleave-devices" },
        device = { others = others },
        run = function(t)
            for round = 1, 4 do
                local sent = {}
                t.far:hold_answer("GET_VQUEUE", { times = DEVICES * EACH })
                for index = 1, EACH do
                    for _, d in ipairs(t.models) do
                        sent[#sent + 1] = t:send("GET_VQUEUE", { index = index }, { dev = d[1] })
                    end
                end
                t:serve(function()
                    for _, d in ipairs(t.models) do
                        if t.far:count("GET_VQUEUE", d[1]) < round * EACH then
                            return false
                        end
                    end
                    return true
                end)
                t.far:release()
                for _, h in ipairs(sent) do
                    if t:outcome(h) ~= "response" then
                        t:inconclusive("a request failed")
                    end
                end
            end
        end,
    },
}
