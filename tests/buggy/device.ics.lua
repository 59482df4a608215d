-- The conformance statement of the buggy device.
return {
    role = "device",
    name = "buggy",
    devices = { 0, 1 },
    bus_messages = { "GET_DEVICES", "PING", "EVENT_DEVICE" },
}
