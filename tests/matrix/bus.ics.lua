-- The conformance statement of the bundled reference bus.
return {
    role = "bus",
    name = "reference",
    bus_messages = { "GET_DEVICES", "PING", "EVENT_DEVICE" },
    request_timeout_ms = 1000,
    upper_tester = true,
}
