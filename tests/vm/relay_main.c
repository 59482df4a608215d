/*
 * Puts a peer behind the test module: starts it as exec: would, carries its messages between its
 * socket and the module's back device, and runs a command meanwhile, whose exit status it returns.
 *
 * usage: vm_relay NODE [OPTION VALUE]... PEER-COMMAND -- COMMAND...
 */
#include "harness/wire/wire.h"
#include "tests/vm/module/back.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEVICES_MOST = 8 };

struct relay {
    int back, memory, peer; /* peer: its socket, -1: none */
    const char *role, *devices, *base, *command;
    uint64_t mem_size;
    uint16_t wanted[DEVICES_MOST]; /* the devices that the peer is told */
    bool there[DEVICES_MOST];
    size_t n_wanted;
    unsigned kill_after, reset_after, moved; /* 0: never; messages of the peer */
    bool is_open;
    uint32_t session;
    pid_t pid;
};

static void die(const char *what)
{
    fprintf(stderr, "vm_relay: %s: %s\n", what, strerror(errno));
    exit(99);
}

static void set(const char *name, const char *value)
{
    setenv(name, value, 0); /* what the caller set, stays */
}

static void set_number(const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    setenv(name, text, 1);
}

static void be_peer(const struct relay *r, int fd)
{
    fcntl(fd, F_SETFD, 0);
    fcntl(r->memory, F_SETFD, 0);
    set_number("VMSG_FD", (uint64_t)fd);
    set("VMSG_ROLE", r->role);
    set("VMSG_REVISION", "1");
    set("VMSG_MAX_MSG_SIZE", "264");
    set("VMSG_TRANSPORT_FEATURES", "0x0");
    set("VMSG_NOTIFICATIONS", "events");
    set("VMSG_NOTIFICATION_PATH", "forward");
    set("VMSG_REQUEST_TIMEOUT_MS", "60000"); /* an emulated machine is slow */
    set("VMSG_DEVICES", r->devices);
    set("VMSG_MEM_BASE", r->base);
    set_number("VMSG_MEM_FD", (uint64_t)r->memory);
    set_number("VMSG_MEM_SIZE", r->mem_size);
    execl("/bin/sh", "sh", "-c", r->command, NULL);
    _exit(127);
}

static void start_peer(struct relay *r)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        die("socketpair");
    r->moved = 0;
    r->pid = fork();
    if (r->pid == 0)
        be_peer(r, pair[1]);
    close(pair[1]);
    r->peer = pair[0];
}

static void end_peer(struct relay *r)
{
    if (r->peer < 0)
        return;
    kill(r->pid, SIGKILL);
    waitpid(r->pid, NULL, 0);
    close(r->peer);
    r->peer = -1;
}

/* The peer lives from when all its devices are there until the front is closed. */
static void look(struct relay *r)
{
    bool ready = r->is_open;
    for (size_t i = 0; i < r->n_wanted; i++)
        ready &= r->there[i];
    if (ready && r->peer < 0)
        start_peer(r);
    else if (!r->is_open)
        end_peer(r);
}

/* A device comes or goes: EVENT_DEVICE for a peer that is under way. */
static void mark(struct relay *r, const uint8_t *payload, bool there)
{
    uint8_t event[12] = {VMSG_TYPE_BUS, VMSG_ID_EVENT_DEVICE};
    for (size_t i = 0; i < r->n_wanted; i++)
        if (r->wanted[i] == vmsg_le16(payload))
            r->there[i] = there;
    vmsg_put_le16(event + 6, sizeof event);
    memcpy(event + 8, payload, 2);
    vmsg_put_le16(event + 10, there ? VMSG_DEVICE_ADDED : VMSG_DEVICE_REMOVED);
    if (r->peer >= 0)
        send(r->peer, event, sizeof event, MSG_NOSIGNAL);
}

/* The transport-visible failure of a request, as the harness words it for drivers. */
static void fail(struct relay *r, const uint8_t *payload)
{
    uint8_t event[20] = {2, 0xC1};
    vmsg_put_le16(event + 6, sizeof event);
    memcpy(event + 8, payload, sizeof(struct vm_error));
    if (r->peer >= 0)
        send(r->peer, event, sizeof event, MSG_NOSIGNAL);
}

/* The front may have padded it: msg_size decides. */
static void deliver(struct relay *r, const uint8_t *message, size_t len)
{
    size_t size = len >= VMSG_HEADER_SIZE ? vmsg_le16(message + 6) : len;
    if (r->peer >= 0)
        send(r->peer, message, size >= VMSG_HEADER_SIZE && size < len ? size : len, MSG_NOSIGNAL);
}

static void from_back(struct relay *r)
{
    static uint8_t buf[sizeof(struct vm_record) + VM_PAYLOAD_MAX];
    struct vm_record record;
    const uint8_t *payload = buf + sizeof record;
    if (read(r->back, buf, sizeof buf) < 0)
        return;
    memcpy(&record, buf, sizeof record);
    switch ((enum vm_kind)record.kind) {
    case VM_MESSAGE:
        deliver(r, payload, record.len);
        return;
    case VM_ERROR:
        fail(r, payload);
        return;
    case VM_OPENED:
        r->session = record.session;
        r->is_open = true;
        break;
    case VM_CLOSED:
        r->is_open = false;
        break;
    case VM_ADDED:
        mark(r, payload, true);
        break;
    case VM_REMOVED:
        mark(r, payload, false);
        break;
    }
    look(r);
}

static void from_peer(struct relay *r)
{
    static uint8_t buf[sizeof(struct vm_record) + VM_PAYLOAD_MAX];
    ssize_t n = recv(r->peer, buf + sizeof(struct vm_record), VM_PAYLOAD_MAX, 0);
    if (n <= 0) { /* and until the next session there is none */
        end_peer(r);
        r->is_open = false;
        ioctl(r->back, VM_GONE, r->session);
        return;
    }
    memcpy(buf, &(struct vm_record){.kind = VM_MESSAGE, .len = (uint16_t)n, .session = r->session},
           sizeof(struct vm_record));
    if (write(r->back, buf, sizeof(struct vm_record) + (size_t)n) < 0)
        die("writing to the module");
    if (++r->moved == r->kill_after)
        kill(r->pid, SIGKILL);
    if (r->moved == r->reset_after) {
        r->reset_after = 0;
        if (ioctl(r->back, VM_RESET))
            die("resetting the endpoint");
        end_peer(r); /* what comes back is another driver */
    }
}

static int serve(struct relay *r, pid_t command)
{
    int done = (int)syscall(SYS_pidfd_open, command, 0), status;
    for (;;) {
        struct pollfd p[3] = {{r->back, POLLIN, 0}, {r->peer, POLLIN, 0}, {done, POLLIN, 0}};
        if (poll(p, 3, -1) < 0 && errno != EINTR)
            die("poll");
        if (p[0].revents)
            from_back(r);
        else if (p[1].revents)
            from_peer(r);
        else if (p[2].revents)
            break;
    }
    end_peer(r);
    waitpid(command, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static void share_memory(struct relay *r)
{
    struct vm_memory memory = {.base = strtoull(r->base, NULL, 0), .size = r->mem_size};
    r->memory = memory.fd = memfd_create("vm-dma", MFD_CLOEXEC);
    if (r->memory < 0 || ftruncate(r->memory, (off_t)r->mem_size))
        die("memory");
    if (r->mem_size && ioctl(r->back, VM_SET_MEMORY, &memory))
        die("giving the memory to the module");
}

static void take_option(struct relay *r, const char *name, const char *value)
{
    if (!strcmp(name, "--role"))
        r->role = value;
    else if (!strcmp(name, "--devices"))
        r->devices = value;
    else if (!strcmp(name, "--mem"))
        r->mem_size = strtoull(value, NULL, 0);
    else if (!strcmp(name, "--mem-base"))
        r->base = value;
    else if (!strcmp(name, "--kill-after"))
        r->kill_after = (unsigned)atoi(value);
    else if (!strcmp(name, "--reset-after"))
        r->reset_after = (unsigned)atoi(value);
    else
        die(name);
}

int main(int argc, char **argv)
{
    struct relay r = {.role = "driver", .devices = "", .base = "0x40000000", .peer = -1};
    int i = 2;
    while (i + 1 < argc && !strncmp(argv[i], "--", 2)) {
        take_option(&r, argv[i], argv[i + 1]);
        i += 2;
    }
    if (i + 2 >= argc || strcmp(argv[i + 1], "--")) {
        fprintf(stderr, "usage: vm_relay NODE [OPTION VALUE]... PEER-COMMAND -- COMMAND...\n");
        return 99;
    }
    r.command = argv[i];
    for (const char *list = r.devices; *list && r.n_wanted < DEVICES_MOST; list++) {
        char *end;
        r.wanted[r.n_wanted++] = (uint16_t)strtoul(list, &end, 10);
        list = end;
        if (!*list)
            break;
    }
    r.back = open(argv[1], O_RDWR | O_CLOEXEC);
    if (r.back < 0)
        die(argv[1]);
    share_memory(&r);
    pid_t command = fork();
    if (command == 0) {
        execvp(argv[i + 2], argv + i + 2);
        _exit(127);
    }
    return serve(&r, command);
}
