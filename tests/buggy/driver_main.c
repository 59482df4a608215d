/* The buggy driver as a program for exec:. */
#include "adapters/lib/vmsgspec_sut.h"
#include "tests/buggy/program.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define TICK_MS 1 /* between two looks at what is overdue */

static bool give_memory(struct vmsg_sut_host *host)
{
    if (!getenv("VMSG_MEM_FD"))
        return true;
    host->mem_base = number("VMSG_MEM_BASE", 0);
    host->mem_size = number("VMSG_MEM_SIZE", 0);
    host->mem = mmap(NULL, host->mem_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                     (int)number("VMSG_MEM_FD", 0), 0);
    return host->mem != MAP_FAILED;
}

int main(void)
{
    static uint8_t packet[1 << 17]; /* more than msg_size can say */
    int fd = (int)number("VMSG_FD", 0);
    struct vmsg_sut_host host = {
        .ctx = &fd,
        .send = send_packet,
        .revision = 1,
        .max_msg_size = (uint32_t)number("VMSG_MAX_MSG_SIZE", 264),
    };
    const struct vmsg_sut *sut = vmsg_sut_entry();
    struct pollfd end = {.fd = fd, .events = POLLIN};
    ssize_t len = 1;
    void *driver;

    if (!give_memory(&host) || sut->open(&host, &driver) != 0)
        return 1;
    while (len > 0) {
        sut->tick(driver, clock_ns());
        if (poll(&end, 1, TICK_MS) == 0)
            continue;
        len = recv(fd, packet, sizeof packet, 0);
        if (len > 0)
            sut->receive(driver, packet, (size_t)len);
    }
    sut->close(driver);
    return 0;
}
