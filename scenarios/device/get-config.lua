-- GET_CONFIG: the whole space in pieces of every shape, and what lies outside it.

-- How many bytes of configuration one answer can carry.
local function room(t)
    return t.max_msg_size - #t:encode("GET_CONFIG", {}, { response = true })
end

return {
    {
        name = "in-pieces",
        requirement = "The configuration space reads the same in pieces of any size.",
        clauses = { "dev.get-config.1", "dev.prose.response-echo",
            "dev.configuration-semantics-profiles.2" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            local size = math.min(t.info.config_size, 1024)
            for _, step in ipairs{ 1, 2, 3, 4, 8, room(t) } do
                for offset = 0, size - 1, step do
                    t:GET_CONFIG{ offset = offset, length = math.min(step, size - offset) }
                end
            end
        end,
    },
    {
        name = "before-features-ok",
        requirement = "Configuration that is read before FEATURES_OK carries a generation as well.",
        clauses = { "dev.get-config.1", "dev.prose.response-echo" },
        needs = { config = 1 },
        run = function(t)
            t:init("driver")
            t:GET_CONFIG{ offset = 0, length = 1 }
            t:GET_CONFIG{ offset = 0, length = 1 }
        end,
    },
    {
        name = "nothing",
        requirement = "A read of no bytes gives none.",
        clauses = { "dev.get-config.1", "dev.prose.response-echo" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            t:try("GET_CONFIG", { offset = 0, length = 0 })
            t:try("GET_CONFIG", { offset = t.info.config_size, length = 0 })
            t:GET_CONFIG{ offset = 0, length = 1 }
        end,
    },
    {
        name = "outside",
        requirement = "A read outside the space never invents bytes.",
        clauses = { "dev.get-config.1", "dev.get-device-info.1", "dev.prose.response-echo" },
        run = function(t)
            t:init("features-ok")
            local size = t.info.config_size
            for _, range in ipairs{ { size, 1 }, { size, 4 }, { size + 1, 1 }, { size, room(t) },
                { size + 0x10000, 1 }, { 0x80000000, 1 }, { 0xFFFFFFFF, 1 } } do
                t:try("GET_CONFIG", { offset = range[1], length = range[2] })
            end
            t:GET_DEVICE_INFO{}
        end,
    },
    {
        name = "across-the-end",
        requirement = "A read across the end of the space never invents bytes.",
        clauses = { "dev.get-config.1", "dev.get-device-info.1", "dev.prose.response-echo" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            local size = t.info.config_size
            t:GET_CONFIG{ offset = size - 1, length = 1 }
            t:try("GET_CONFIG", { offset = size - 1, length = 2 })
            t:try("GET_CONFIG", { offset = 0, length = size + 1 })
            t:try("GET_CONFIG", { offset = size - 1, length = 0xFFFFFFFF })
            t:GET_CONFIG{ offset = size - 1, length = 1 }
        end,
    },
    {
        name = "offset-plus-length-overflows",
        requirement = "A range that wraps around 2^32 reads nothing of the space.",
        clauses = { "dev.get-config.1", "dev.device-limits.1", "dev.prose.response-echo" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            for _, range in ipairs{ { 0xFFFFFFFF, 2 }, { 0xFFFFFFFC, 8 },
                { 0x80000000, 0x80000001 }, { 1, 0xFFFFFFFF }, { 0, 0xFFFFFFFF } } do
                t:try("GET_CONFIG", { offset = range[1], length = range[2] })
            end
            t:GET_CONFIG{ offset = 0, length = 1 }
        end,
    },
    {
        name = "through-a-reset",
        requirement = "A reset may restart the generation; every read carries the current one.",
        clauses = { "dev.get-config.1", "dev.configuration-semantics-profiles.11",
            "dev.prose.response-echo" },
        needs = { config = 1 },
        run = function(t)
            t:init("features-ok")
            t:GET_CONFIG{ offset = 0, length = 1 }
            t:init("features-ok")
            t:GET_CONFIG{ offset = 0, length = 1 }
            t:GET_CONFIG{ offset = 0, length = 1 }
        end,
    },
}
