/* Work for several workers; see jobs.h. */
#include "harness/engine/jobs.h"

#include <pthread.h>
#include <stdlib.h>

/* One thing that happened, for the calling thread. */
struct event {
    struct event *next;
    size_t piece;
    bool done;
    struct vmsg_tally tally; /* of a piece that is done */
};

struct pool {
    const struct vmsg_jobs *jobs;
    pthread_mutex_t lock;
    pthread_cond_t happened, room;
    struct event *first, **last;
    size_t next;
    unsigned queued;  /* events that the calling thread has not told yet */
    unsigned running; /* threads */
    bool halt, out_of_memory;
};

struct thread {
    struct pool *pool;
    struct vmsg_worker *worker;
    pthread_t id;
};

static void post(struct pool *p, struct event *e)
{
    pthread_mutex_lock(&p->lock);
    *p->last = e;
    p->last = &e->next;
    p->queued++;
    pthread_cond_signal(&p->happened);
    pthread_mutex_unlock(&p->lock);
}

static bool take_piece(struct pool *p, size_t *piece)
{
    bool more;

    pthread_mutex_lock(&p->lock);
    while (!p->halt && p->queued > 2 * p->jobs->n_workers)
        pthread_cond_wait(&p->room, &p->lock); /* nobody runs far ahead of what was told */
    more = !p->halt && p->next < p->jobs->total;
    if (more)
        *piece = p->next++;
    pthread_mutex_unlock(&p->lock);
    return more;
}

static void *thread_main(void *arg)
{
    struct thread *t = arg;
    struct pool *p = t->pool;
    size_t piece;

    while (take_piece(p, &piece)) {
        struct event *begun = calloc(1, sizeof *begun), *done = calloc(1, sizeof *done);

        if (!begun || !done) {
            free(begun);
            free(done);
            pthread_mutex_lock(&p->lock);
            p->halt = p->out_of_memory = true;
            pthread_mutex_unlock(&p->lock);
            break;
        }
        begun->piece = done->piece = piece;
        done->done = true;
        post(p, begun);
        p->jobs->work(p->jobs->arg, t->worker, piece, &done->tally);
        post(p, done);
    }
    pthread_mutex_lock(&p->lock);
    p->running--;
    pthread_cond_signal(&p->happened);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* The next event, NULL when no thread runs any more and none is left. */
static struct event *next_event(struct pool *p)
{
    struct event *e;

    pthread_mutex_lock(&p->lock);
    while (!p->first && p->running)
        pthread_cond_wait(&p->happened, &p->lock);
    e = p->first;
    if (e) {
        p->first = e->next;
        if (!p->first)
            p->last = &p->first;
        p->queued--;
        pthread_cond_broadcast(&p->room);
    }
    pthread_mutex_unlock(&p->lock);
    return e;
}

static void tell(struct pool *p)
{
    const struct vmsg_jobs *jobs = p->jobs;
    struct event *e;

    while ((e = next_event(p)) != NULL) {
        if (!e->done) {
            jobs->begun(jobs->arg, e->piece);
        } else if (!jobs->done(jobs->arg, e->piece, &e->tally)) {
            pthread_mutex_lock(&p->lock);
            p->halt = true;
            pthread_cond_broadcast(&p->room);
            pthread_mutex_unlock(&p->lock);
        }
        free(e);
    }
}

static bool run_in_threads(const struct vmsg_jobs *jobs)
{
    struct pool p = {
        .jobs = jobs, .lock = PTHREAD_MUTEX_INITIALIZER, .happened = PTHREAD_COND_INITIALIZER};
    struct thread *threads = calloc(jobs->n_workers, sizeof *threads);
    unsigned n = 0;

    if (!threads)
        return false;
    p.last = &p.first;
    for (; n < jobs->n_workers; n++) {
        threads[n] = (struct thread){.pool = &p, .worker = jobs->workers[n]};
        pthread_mutex_lock(&p.lock);
        p.running++;
        pthread_mutex_unlock(&p.lock);
        if (pthread_create(&threads[n].id, NULL, thread_main, &threads[n]) != 0) {
            pthread_mutex_lock(&p.lock);
            p.running--;
            pthread_mutex_unlock(&p.lock);
            break;
        }
    }
    tell(&p);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i].id, NULL);
    free(threads);
    return n > 0 && !p.out_of_memory;
}

static bool run_here(const struct vmsg_jobs *jobs)
{
    bool more = true;

    for (size_t i = 0; more && i < jobs->total; i++) {
        struct vmsg_tally tally;

        jobs->begun(jobs->arg, i);
        jobs->work(jobs->arg, jobs->workers[0], i, &tally);
        more = jobs->done(jobs->arg, i, &tally);
    }
    return true;
}

bool vmsg_jobs_run(const struct vmsg_jobs *jobs)
{
    return jobs->n_workers > 1 ? run_in_threads(jobs) : run_here(jobs);
}
