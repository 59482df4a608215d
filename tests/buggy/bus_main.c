/* The buggy bus as a program for exec:. */
#include "tests/buggy/bus.h"
#include "tests/buggy/program.h"

#include <poll.h>
#include <sys/socket.h>

int main(void)
{
    static uint8_t packet[1 << 17]; /* more than msg_size can say */
    static int fds[2];
    struct pollfd ends[2];
    struct bus *b;

    fds[0] = (int)number("VMSG_DRIVER_FD", 0);
    fds[1] = (int)number("VMSG_DEVICE_FD", 0);
    b = bus_new((uint32_t)number("VMSG_MAX_MSG_SIZE", 264),
                number("VMSG_REQUEST_TIMEOUT_MS", 1000) * 1000000u,
                (struct end){send_packet, &fds[0]}, (struct end){send_packet, &fds[1]});
    for (int i = 0; i < 2; i++)
        ends[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    bus_start(b);
    for (;;) {
        poll(ends, 2, b->open ? 1 : -1);
        bus_tick(b, clock_ns());
        for (int i = 0; i < 2; i++) {
            ssize_t len = ends[i].revents ? recv(fds[i], packet, sizeof packet, 0) : -1;

            if (len == 0)
                return 0;
            if (len > 0)
                bus_receive(b, i == 1, packet, (size_t)len);
        }
    }
}
