-- GET_SHM: regions that exist, ids that do not, and the reserved field.

return {
    {
        name = "every-kind-of-id",
        requirement = "Each id is answered with its region, or with length 0 when there is none.",
        clauses = { "dev.get-shm.1", "dev.get-shm.2", "dev.prose.response-echo" },
        run = function(t)
            t:init("features-ok")
            for shmid = 0, 8 do
                t:GET_SHM{ shmid = shmid }
            end
            for _, shmid in ipairs{ 255, 256, 257, 0x10000, 0x10001, 0x80000001, 0xFFFFFFFF } do
                t:GET_SHM{ shmid = shmid }
            end
        end,
    },
    {
        name = "repeated",
        requirement = "The same id gives the same region, whenever it is asked.",
        clauses = { "dev.get-shm.1", "dev.get-shm.2" },
        run = function(t)
            for _, stage in ipairs{ "features-ok", "driver-ok", "features-ok" } do
                t:init(stage)
                for shmid = 0, 3 do
                    t:GET_SHM{ shmid = shmid }
                    t:GET_SHM{ shmid = shmid }
                end
            end
        end,
    },
}
