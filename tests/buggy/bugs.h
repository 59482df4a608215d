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

enum buggy_bug {
#define X(NAME, ID, TEXT) BUG_##NAME,
    BUGGY_DEVICE_BUGS(X)
#undef X
        BUG_NONE,
};

#endif
