/*
 * The C interface of a system under test that is loaded (`lib:./libsut.so`) or linked (a fuzz
 * target). Depends on the C library only; copy it freely.
 *
 * The harness calls open once, then receive and tick from one thread, then close. send may be
 * called from any of them. Messages are whole virtio-msg messages, header first; the length is
 * what was delivered, whatever msg_size claims.
 */
#ifndef VMSGSPEC_SUT_H
#define VMSGSPEC_SUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vmsg_sut_host { /* given to the SUT; valid until close */
    void *ctx;
    void (*send)(void *ctx, const void *msg, size_t len); /* SUT -> harness */
    uint8_t *mem;                                         /* DMA memory, or NULL */
    uint64_t mem_base;
    size_t mem_size;
    uint32_t revision, max_msg_size;
    uint64_t transport_features;
};

struct vmsg_sut {                                              /* exported by the SUT */
    int (*open)(const struct vmsg_sut_host *host, void **sut); /* 0, or a positive errno */
    void (*receive)(void *sut, const void *msg, size_t len);   /* harness -> SUT */
    void (*tick)(void *sut, uint64_t now_ns);                  /* may be NULL */
    void (*close)(void *sut);
};

const struct vmsg_sut *vmsg_sut_entry(void);

#ifdef __cplusplus
}
#endif

#endif
