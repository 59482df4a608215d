-- Names of core virtio and of the chapter that scenarios use: status, feature and queue flags.
return {
    S = {
        ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 64, FAILED = 128,
    },
    F = {
        NOTIFY_ON_EMPTY = 24, ANY_LAYOUT = 27, INDIRECT_DESC = 28, EVENT_IDX = 29, VERSION_1 = 32,
        ACCESS_PLATFORM = 33, RING_PACKED = 34, IN_ORDER = 35, ORDER_PLATFORM = 36, SR_IOV = 37,
        NOTIFICATION_DATA = 38, NOTIF_CONFIG_DATA = 39, RING_RESET = 40, ADMIN_VQ = 41,
    },
    VQ = {
        KEEP_DISABLED = 0, ENABLE = 1, KEEP = 2, STATE_BAD = 3, IGNORE_SIZE = 4, IGNORE_DESC = 8,
        IGNORE_DRIVER = 16, IGNORE_DEVICE = 32,
    },
    BUS_STATE = { ADDED = 1, REMOVED = 2 }, -- device_bus_state of EVENT_DEVICE
}
