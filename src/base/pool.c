/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbered tasks on a fixed number of threads. The next number is an atomic counter: a thread
 * that is done takes the next task, so that one long recording does not hold up the others.
 */
#include "src/base/pool.h"
#include "src/base/mem.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_WORKERS = 256 };

struct shared {
    size_t n;
    atomic_size_t next;
    atomic_bool is_stopped;
    const atomic_bool *cancel;
    void (*task)(void *user, size_t index, unsigned worker);
    void *user;
};

struct worker {
    struct shared *shared;
    unsigned number;
    pthread_t thread;
};

static void work(struct shared *shared, unsigned number)
{
    while (!atomic_load(&shared->is_stopped) &&
           (shared->cancel == NULL || !atomic_load(shared->cancel))) {
        size_t index = atomic_fetch_add(&shared->next, 1);
        if (index >= shared->n) {
            break;
        }
        shared->task(shared->user, index, number);
    }
}

static void *worker_main(void *arg)
{
    struct worker *self = arg;
    work(self->shared, self->number);
    return NULL;
}

enum yk_status pool_run(size_t n, unsigned n_workers, const atomic_bool *cancel,
                        void (*task)(void *user, size_t index, unsigned worker), void *user,
                        struct failure *why)
{
    if (n_workers < 1 || n_workers > MOST_WORKERS) {
        return failure_set(why, YK_ERR_ARGUMENT, "%u workers; 1 to %d are possible", n_workers,
                           MOST_WORKERS);
    }
    struct shared shared = {.n = n, .cancel = cancel, .task = task, .user = user};
    unsigned n_threads = (size_t)n_workers < n ? n_workers : (unsigned)n;
    if (n_threads <= 1) {
        work(&shared, 0);
        return YK_OK;
    }
    struct worker *workers = mem_alloc(n_threads, sizeof *workers);
    if (workers == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory starting %u workers", n_threads);
    }
    enum yk_status status = YK_OK;
    unsigned started = 1; /* number 0 is the calling thread */
    for (; started < n_threads; started++) {
        struct worker *w = &workers[started];
        *w = (struct worker){.shared = &shared, .number = started};
        int error = pthread_create(&w->thread, NULL, worker_main, w);
        if (error != 0) {
            atomic_store(&shared.is_stopped, true);
            char reason[96] = "";
            status = failure_set(
                why, YK_ERR_MEMORY, "worker %u of %u cannot be started (%s); use fewer",
                started + 1, n_threads, strerror_r(error, reason, sizeof reason));
            break;
        }
    }
    work(&shared, 0);
    for (unsigned i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    mem_free(workers);
    return status;
}

unsigned pool_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > MOST_WORKERS ? MOST_WORKERS : (unsigned)n;
}
