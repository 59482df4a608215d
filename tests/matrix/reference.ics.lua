-- The conformance statement of the bundled reference device: a block device and an entropy device.
return {
    role = "device",
    name = "reference",
    devices = { 0, 5 },
    bus_messages = { "GET_DEVICES", "PING", "EVENT_DEVICE" },
    config = {
        [0] = { writable = { { 32, 2 }, { 44, 16 } }, shm = { 1 } },
        [5] = { writable = {}, shm = {} },
    },
    upper_tester = true,
}
