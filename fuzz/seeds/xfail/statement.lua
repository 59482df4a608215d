-- The conformance statement of the tiny devices in this folder; see docs/attach-a-device.md.
return {
    role = "device",
    name = "tiny",
    version = "1",
    devices = { 0 },
    bus_messages = {},
    config = { [0] = { writable = { { 4, 4 } }, shm = {} } },
    optional = { ring_reset = true, admin_vq = false },
}
