-- The conformance statement of the bundled reference driver.
return {
    role = "driver",
    name = "reference",
    request_timeout_ms = 1000,
    attempts = 3,
    upper_tester = true,
}
