/*
 * Turns a device written for lib: into a program for exec: -- link the two. Reads the environment
 * of the SUT contract, then hands each packet to the device until the harness closes the socket.
 * A device that needs tick() would call it here when a poll() times out.
 */
#include "adapters/lib/vmsgspec_sut.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned long long number(const char *name, unsigned long long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void send_packet(void *ctx, const void *msg, size_t len)
{
    int fd = *(int *)ctx;
    if (send(fd, msg, len, MSG_NOSIGNAL) < 0)
        _exit(0); /* the harness is gone */
}

int main(void)
{
    static uint8_t packet[1 << 17]; /* more than msg_size can say */
    int fd = (int)number("VMSG_FD", 0);
    struct vmsg_sut_host host = {
        .ctx = &fd,
        .send = send_packet,
        .revision = (uint32_t)number("VMSG_REVISION", 1),
        .max_msg_size = (uint32_t)number("VMSG_MAX_MSG_SIZE", 264),
        .transport_features = number("VMSG_TRANSPORT_FEATURES", 0),
    };
    const struct vmsg_sut *sut = vmsg_sut_entry();
    void *device;
    ssize_t len;

    if (!getenv("VMSG_FD")) {
        fputs("start me with: vmsgspec run --role device --sut exec:PROGRAM\n", stderr);
        return 2;
    }
    if (getenv("VMSG_MEM_FD")) {
        host.mem_base = number("VMSG_MEM_BASE", 0);
        host.mem_size = number("VMSG_MEM_SIZE", 0);
        host.mem = mmap(NULL, host.mem_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                        (int)number("VMSG_MEM_FD", 0), 0);
        if (host.mem == MAP_FAILED) {
            perror("mmap of VMSG_MEM_FD");
            return 1;
        }
    }
    if (sut->open(&host, &device) != 0)
        return 1;
    while ((len = recv(fd, packet, sizeof(packet), 0)) > 0)
        sut->receive(device, packet, (size_t)len);
    sut->close(device);
    return 0;
}
