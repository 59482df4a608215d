-- What blk.c says of itself.
return {
    role = "device",
    name = "blk",
    devices = { 3, 0x0104 },
    bus_messages = { "GET_DEVICES", "PING" },
    config = {
        [3] = { writable = { { 32, 2 } }, shm = { 1 } },
        [0x0104] = { writable = { { 32, 2 } }, shm = {} },
    },
}
