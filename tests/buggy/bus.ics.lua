-- The conformance statement of the buggy bus.
return {
    role = "bus",
    name = "buggy",
    bus_messages = { "GET_DEVICES", "PING", "EVENT_DEVICE" },
    request_timeout_ms = 1000,
}
