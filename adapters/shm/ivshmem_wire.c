/*
 * Sending and receiving the messages of the ivshmem server protocol.
 */
#include "adapters/shm/ivshmem_wire.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILES = 8 };

/* Keep the first file, close any more: a message has at most one. */
static void take_files(struct msghdr *m, int *fd)
{
    for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < (h->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
            int got;
            memcpy(&got, CMSG_DATA(h) + i * sizeof got, sizeof got);
            if (*fd < 0)
                *fd = got;
            else
                close(got);
        }
    }
}

enum vmsg_ivshmem_got vmsg_ivshmem_receive(int socket, uint8_t partial[8], size_t *n_partial,
                                           int *partial_fd, int64_t *value, int *fd)
{
    union {
        struct cmsghdr align;
        uint8_t bytes[CMSG_SPACE(FILES * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = partial + *n_partial, .iov_len = 8 - *n_partial};
    struct msghdr m = {.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
    ssize_t n = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    uint64_t le;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? VMSG_IVSHMEM_NOTHING : VMSG_IVSHMEM_ENDED;
    take_files(&m, partial_fd);
    if (n == 0)
        return VMSG_IVSHMEM_ENDED;
    *n_partial += (size_t)n;
    if (*n_partial < 8)
        return VMSG_IVSHMEM_NOTHING;
    memcpy(&le, partial, sizeof le);
    *value = (int64_t)le64toh(le);
    *fd = *partial_fd;
    *partial_fd = -1;
    *n_partial = 0;
    return VMSG_IVSHMEM_GOT;
}

bool vmsg_ivshmem_send(int socket, int64_t value, int fd)
{
    union {
        struct cmsghdr align;
        uint8_t bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    uint64_t le = htole64((uint64_t)value);
    struct iovec part = {.iov_base = &le, .iov_len = sizeof le};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        struct cmsghdr *h = &control.align;
        m.msg_control = control.bytes;
        m.msg_controllen = sizeof control.bytes;
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(h), &fd, sizeof fd);
    }
    ssize_t n;
    do
        n = sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n == sizeof le;
}
