/*
 * SUTs for the tests of exec:.
 */
#include "adapters/exec/test_sut.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FD = 3, SECOND_FD = 4 };

static char packet[1 << 17];

static ssize_t next_packet(void)
{
    ssize_t n = recv(FD, packet, sizeof packet - 1, 0);
    packet[n > 0 ? n : 0] = '\0';
    return n;
}

static void reply(const char *text)
{
    send(FD, text, strlen(text), MSG_NOSIGNAL);
}

static void reply_pid(pid_t pid)
{
    char text[20];
    snprintf(text, sizeof text, "%d", (int)pid);
    reply(text);
}

static _Noreturn void idle(void)
{
    for (;;)
        pause();
}

static int echo(void)
{
    for (ssize_t n; (n = next_packet()) > 0;)
        send(FD, packet, (size_t)n, MSG_NOSIGNAL);
    return 0;
}

static int get_environment(void)
{
    while (next_packet() > 0)
        reply(getenv(packet) ? getenv(packet) : "not set");
    return 0;
}

static int list_fds(void)
{
    char text[200] = "";
    next_packet();
    DIR *dir = opendir("/proc/self/fd");
    for (int fd = 0; fd < 100; fd++) {
        char path[40];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (fd != dirfd(dir) && !access(path, F_OK))
            sprintf(text + strlen(text), "%s%d", *text ? " " : "", fd);
    }
    closedir(dir);
    reply(text);
    return echo();
}

static int use_memory(void)
{
    int fd = atoi(getenv("VMSG_MEM_FD"));
    uint8_t *mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    while (next_packet() > 0) {
        mem[1] = (uint8_t)(mem[0] + 1);
        reply(ftruncate(fd, 0) ? "cannot truncate" : "truncated");
    }
    return 0;
}

/* Echoes commands as messages, with chatter around the replies. */
static int upper(void)
{
    char line[100];
    setvbuf(stdout, NULL, _IONBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        printf("okay, that is no reply\n");
        if (!strcmp(line, "nonsense")) {
            printf("error no such command\n");
            continue;
        }
        printf("ok\n");
        reply(line);
    }
    return 0;
}

static int cross_over(void)
{
    for (;;) {
        struct pollfd fds[2] = {{FD, POLLIN, 0}, {SECOND_FD, POLLIN, 0}};
        poll(fds, 2, -1);
        for (int i = 0; i < 2; i++) {
            ssize_t n = fds[i].revents ? recv(fds[i].fd, packet, sizeof packet, 0) : -1;
            if (n == 0)
                return 0;
            if (n > 0)
                send(fds[!i].fd, packet, (size_t)n, MSG_NOSIGNAL);
        }
    }
}

/* Numbers, some on one socket, then some on the other. */
static int count(void)
{
    for (int i = 0; i < 40; i++) {
        char text[20];
        snprintf(text, sizeof text, "%d", i);
        send(i / 3 % 2 ? SECOND_FD : FD, text, strlen(text), MSG_NOSIGNAL);
    }
    return 0;
}

static int crash(void)
{
    printf("about to crash\n");
    fflush(stdout);
    next_packet();
    reply("last words");
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return 0;
}

static int leave(void)
{
    fprintf(stderr, "leaving\n");
    return 3;
}

/* Ends like a program with a sanitizer that finds an error as it tidies up. */
static int report(void)
{
    echo();
    fprintf(stderr, "==1==ERROR: AddressSanitizer: attempting double-free on 0x602\n");
    return 1;
}

/* Ends like a program that does not like to lose its socket. */
static int complain(void)
{
    echo();
    fprintf(stderr, "error: the socket is closed\n");
    return 1;
}

/* Takes no notice of a closed socket, nor of SIGTERM; tells its pid. */
static int hang(void)
{
    signal(SIGTERM, SIG_IGN);
    reply_pid(getpid());
    idle();
}

/* Closes its socket but does not exit. */
static int linger(void)
{
    close(FD);
    idle();
}

/* Answers, but never reads. */
static int deaf(void)
{
    reply("deaf");
    idle();
}

/* Sends numbered packets of 4 KiB without end, reads nothing. */
static int flood(void)
{
    unsigned n = 0;
    do
        memcpy(packet, &n, sizeof n);
    while (send(FD, packet, 4096, MSG_NOSIGNAL) > 0 && ++n);
    return 0;
}

static void tidy(int sig)
{
    static const char text[] = "tidied\n";
    _exit(write(STDOUT_FILENO, text, sizeof text - 1) > 0 ? 0 : 1);
}

/* Takes no notice of a closed socket, but ends in good order when it is told to. */
static int stubborn(void)
{
    signal(SIGTERM, tidy);
    reply("ready");
    idle();
}

/* Echoes while a child of its own prints without end. */
static int chatter(void)
{
    if (fork() == 0) {
        close(FD);
        while (write(STDOUT_FILENO, packet, 4096) > 0)
            ;
        _exit(0);
    }
    return echo();
}

/* Leaves a child behind that holds every file and minds no one; tells its pid. */
static int litter(void)
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGTERM, SIG_IGN);
        idle();
    }
    next_packet();
    reply_pid(child);
    next_packet();
    return 0;
}

/* Its socket stays open in a child when it exits. */
static int exit_with_child(void)
{
    if (fork() == 0)
        idle();
    reply("gone");
    return 4;
}

int test_sut_main(const char *mode)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {
        {"echo", echo},         {"getenv", get_environment},
        {"fds", list_fds},      {"memory", use_memory},
        {"upper", upper},       {"bus", cross_over},
        {"crash", crash},       {"leave", leave},
        {"hang", hang},         {"linger", linger},
        {"stubborn", stubborn}, {"deaf", deaf},
        {"flood", flood},       {"chatter", chatter},
        {"litter", litter},     {"exit-with-child", exit_with_child},
        {"report", report},     {"complain", complain},
        {"count", count},
    };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (!strcmp(modes[i].name, mode))
            return modes[i].run();
    return 99;
}
