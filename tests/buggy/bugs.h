/*
 * Planted bugs of the buggy peers: memory errors and hangs as they are found in real parsers, each
 * switched on by its name in the environment variable BUGGY_BUG. Without it the peers are sound.
 */
#ifndef BUGGY_BUGS_H
#define BUGGY_BUGS_H

#define BUGGY_DEVICE_BUGS(X)                                                                       \
    X(FEATURES_OFF_BY_ONE, "features-off-by-one", "one block more is written than is allocated")   \
    X(FEATURES_TRUSTS_COUNT, "features-trusts-count", "blocks are read beyond the message")        \
    X(CONFIG_SUM_WRAPS, "config-sum-wraps", "offset + length wraps around in the bound check")     \
    X(CONFIG_ODD_LENGTH, "config-odd-length", "a copy by fours never meets an odd end")            \
    X(CONFIG_WRITE_BOUND, "config-write-bound", "the bound of a write leaves out its offset")      \
    X(QUEUE_INDEX_EQUAL, "queue-index-equal", "the queue index may equal the number of queues")    \
    X(QUEUE_INDEX_SIGNED, "queue-index-signed", "the queue index is compared as signed")           \
    X(QUEUE_FREED_TWICE, "queue-freed-twice", "a second reset of a queue frees it again")          \
    X(QUEUE_SIZE_ZERO, "queue-size-zero", "a ring of size 0 is divided by")                        \
    X(RING_LOOP, "ring-loop", "a descriptor chain that returns to itself is followed for ever")    \
    X(RING_ADDRESS, "ring-address", "a buffer's address is not checked")                           \
    X(RING_INDEX, "ring-index", "a descriptor index is not checked")                               \
    X(SIZE_TRUSTED, "size-trusted", "msg_size is believed over what was delivered")                \
    X(SHORT_HEADER, "short-header", "the header is read of messages that have none")               \
    X(STATUS_AFTER_FAILED, "status-after-failed", "FAILED frees what the reset frees again")       \
    X(REMOVED_DEVICE, "removed-device", "a removed device is still used")                          \
    X(SHM_NULL, "shm-null", "a region that does not exist is looked into")                         \
    X(DEVICES_LOOP, "devices-loop", "a window of no devices is stepped through for ever")          \
    X(PING_RECURSION, "ping-recursion", "the answer is computed by recursion over its data")       \
    X(TOKEN_TABLE, "token-table", "a table is indexed by the token, one too short")

#define BUGGY_DRIVER_BUGS(X)                                                                       \
    X(DRV_QUEUES_TRUSTED, "drv-queues-trusted", "a table is filled for as many queues as told")    \
    X(DRV_FEATURES_TRUSTED, "drv-features-trusted", "blocks are read beyond the answer")           \
    X(DRV_CONFIG_LENGTH, "drv-config-length", "the answer's length is believed")                   \
    X(DRV_CONFIG_OFFSET, "drv-config-offset", "what is read is put where the answer says")         \
    X(DRV_SIZE_LOOP, "drv-size-loop", "a power of two is sought beyond 32 bits")                   \
    X(DRV_TOKEN_INDEX, "drv-token-index", "the answer's token finds the request unchecked")        \
    X(DRV_ANSWERED_TWICE, "drv-answered-twice", "an answer that comes again frees again")          \
    X(DRV_WINDOW_TRUSTED, "drv-window-trusted", "a window's bitmap is read beyond its end")        \
    X(DRV_WINDOW_LOOP, "drv-window-loop", "windows of no devices are stepped through for ever")    \
    X(DRV_EVENT_QUEUE, "drv-event-queue", "an event's queue index is not checked")                 \
    X(DRV_EVENT_CONFIG, "drv-event-config", "an event's data is put where it says")                \
    X(DRV_USED_ID, "drv-used-id", "an id in the used ring is not checked")                         \
    X(DRV_USED_LENGTH, "drv-used-length", "a length in the used ring is not checked")              \
    X(DRV_REMOVED, "drv-removed", "events of a removed device reach what was freed")               \
    X(DRV_SIZE_TRUSTED, "drv-size-trusted", "msg_size is believed over what was delivered")

#define BUGGY_BUS_BUGS(X)                                                                          \
    X(BUS_TOKEN_INDEX, "bus-token-index", "a response's token finds the request unchecked")        \
    X(BUS_ANSWERED_TWICE, "bus-answered-twice", "a second response meets a freed request")         \
    X(BUS_SLOTS, "bus-slots", "one request more than fits is remembered")                          \
    X(BUS_WINDOW_TRUSTED, "bus-window-trusted", "the peer's bitmap is read beyond its end")        \
    X(BUS_WINDOW_LOOP, "bus-window-loop", "windows of no devices are stepped through for ever")    \
    X(BUS_WINDOW_COUNT, "bus-window-count", "a window is answered larger than its buffer")         \
    X(BUS_DEVICE_NUMBER, "bus-device-number", "a hotplugged device's number is not checked")       \
    X(BUS_REMOVED, "bus-removed", "a removed device's requests are freed and then failed")         \
    X(BUS_SIZE_TRUSTED, "bus-size-trusted", "msg_size is believed over what was delivered")        \
    X(BUS_SHORT_HEADER, "bus-short-header", "the header is read of messages that have none")

#define BUGGY_BUGS(X) BUGGY_DEVICE_BUGS(X) BUGGY_DRIVER_BUGS(X) BUGGY_BUS_BUGS(X)

enum buggy_bug {
#define X(NAME, ID, TEXT) BUG_##NAME,
    BUGGY_BUGS(X)
#undef X
        BUG_NONE,
};

#endif
