-- Endianness, device side: values that read differently the other way round.

return {
    {
        name = "header",
        requirement = "token and msg_size are little-endian in what a device sends.",
        clauses = { "dev.endianness.1", "dev.common-message-format.6" },
        run = function(t)
            t:init("features-ok")
            for _, token in ipairs{ 0x0001, 0x0100, 0x1234, 0xFF00 } do
                t:GET_DEVICE_STATUS({}, { token = token })
                t:GET_DEVICE_INFO({}, { token = token })
            end
        end,
    },
    {
        name = "payload-sent",
        requirement = "Payload fields are little-endian in what a device sends.",
        clauses = { "dev.endianness.1", "dev.prose.response-echo" },
        run = function(t)
            t:init("features-ok")
            for _, value in ipairs{ 0x01020304, 0x04030201, 0x00010000, 0x80000000 } do
                t:GET_VQUEUE{ index = value }
                t:GET_SHM{ shmid = value }
                t:GET_DEVICE_FEATURES{ block_index = value, num_blocks = 1 }
            end
        end,
    },
    {
        name = "payload-consumed",
        requirement = "A queue's size and addresses are read as they were written.",
        clauses = { "dev.endianness.1", "dev.set-vqueue.5" },
        needs = { queue = true },
        run = function(t)
            t:init("features-ok")
            t:GET_VQUEUE{ index = t.vq }
            for _, flags in ipairs{ t.VQ.KEEP_DISABLED, t.VQ.ENABLE } do
                t:SET_VQUEUE(t:queue_setup{ flags = flags })
                t:GET_VQUEUE{ index = t.vq }
            end
        end,
    },
}
