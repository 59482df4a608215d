/* Stamps of packets; see stamp.h. */
#include "adapters/stamp.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

bool vmsg_stamp_want(int fd)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0;
}

bool vmsg_stamp_peek(int fd, uint64_t *ns)
{
    union {
        char bytes[CMSG_SPACE(sizeof(struct timespec))];
        struct cmsghdr align;
    } control;
    struct msghdr m = {.msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct timespec at;

    if (recvmsg(fd, &m, MSG_PEEK | MSG_DONTWAIT) < 0)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&at, CMSG_DATA(c), sizeof at);
        *ns = (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
        return true;
    }
    return false;
}
