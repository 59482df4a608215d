/*
 * SIGBUS in shared areas. A signal handler has nowhere else to look than a static.
 */
#include "adapters/shm/guard.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

enum { AREAS = 64, PAGE = 4096 };

static struct {
    const uint8_t *volatile from; /* NULL: free */
    volatile size_t size;
} areas[AREAS];
static unsigned n_areas;
static struct sigaction before;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool guarded(const uint8_t *at)
{
    for (unsigned i = 0; i < AREAS; i++) {
        const uint8_t *from = areas[i].from;
        if (from && at >= from && (size_t)(at - from) < areas[i].size)
            return true;
    }
    return false;
}

static void on_sigbus(int number, siginfo_t *info, void *context)
{
    uint8_t *at = info->si_addr;
    uint8_t *page = at - (uintptr_t)at % PAGE;
    if (guarded(at) && mmap(page, PAGE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page)
        return;
    sigaction(SIGBUS, &before, NULL); /* not ours: it comes again, to whom it belongs */
}

void vmsg_guard_add(const uint8_t *area, size_t size)
{
    struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < AREAS; i++) {
        if (areas[i].from)
            continue;
        areas[i].size = size;
        areas[i].from = area;
        if (n_areas++ == 0)
            sigaction(SIGBUS, &action, &before);
        break;
    }
    pthread_mutex_unlock(&lock);
}

void vmsg_guard_remove(const uint8_t *area)
{
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < AREAS; i++) {
        if (areas[i].from != area)
            continue;
        areas[i].from = NULL;
        if (--n_areas == 0)
            sigaction(SIGBUS, &before, NULL);
        break;
    }
    pthread_mutex_unlock(&lock);
}
