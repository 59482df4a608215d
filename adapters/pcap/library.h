/*
 * libpcap, loaded when the first capture is opened. It brings a dozen libraries that only its live
 * capturing needs, and a reference peer, which is started afresh for every scenario, opens none.
 */
#ifndef VMSG_PCAP_LIBRARY_H
#define VMSG_PCAP_LIBRARY_H

#include <pcap/pcap.h>
#include <stddef.h>

#define VMSG_LIBPCAP_FUNCTIONS(F)                                                                  \
    F(pcap_breakloop)                                                                              \
    F(pcap_close)                                                                                  \
    F(pcap_datalink)                                                                               \
    F(pcap_datalink_val_to_description)                                                            \
    F(pcap_dump)                                                                                   \
    F(pcap_dump_close)                                                                             \
    F(pcap_dump_fopen)                                                                             \
    F(pcap_fopen_offline_with_tstamp_precision)                                                    \
    F(pcap_geterr)                                                                                 \
    F(pcap_loop)                                                                                   \
    F(pcap_next_ex)                                                                                \
    F(pcap_open_dead_with_tstamp_precision)

struct vmsg_libpcap {
#define VMSG_MEMBER(name) __typeof__(&(name)) name;
    VMSG_LIBPCAP_FUNCTIONS(VMSG_MEMBER)
#undef VMSG_MEMBER
};

/* For good, and the same for every thread; NULL with a sentence in err. */
const struct vmsg_libpcap *vmsg_libpcap(char *err, size_t err_size);

#endif
