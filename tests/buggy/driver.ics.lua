-- The conformance statement of the buggy driver.
return {
    role = "driver",
    name = "buggy",
    bus_messages = { "GET_DEVICES", "PING", "EVENT_DEVICE" },
    request_timeout_ms = 1000,
    attempts = 3,
}
