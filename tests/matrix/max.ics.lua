-- The conformance statement of the reference peer's model "max" as device 0.
return {
    role = "device",
    name = "reference-max",
    devices = { 0 },
    bus_messages = { "GET_DEVICES", "PING", "EVENT_DEVICE" },
    config = { [0] = { writable = { { 16, 4080 } }, shm = { 0, 1, 7 } } },
    upper_tester = true,
}
