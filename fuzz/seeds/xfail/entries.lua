return {
    { clause = "dev.get-shm.1", reason = "later", expires = "2027-01-31" },
    { scenario = "device/ping/*", reason = ("no"):rep(2) },
}
