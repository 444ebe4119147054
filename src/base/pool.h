/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pool of worker threads that take numbered tasks in order.
 */
#ifndef SRC_BASE_POOL_H
#define SRC_BASE_POOL_H

#include <stddef.h>
#include <stdatomic.h>

#include "src/base/status.h"

/* Runs task(user, index, worker) for index 0..n-1 on n_workers threads (1..256; 1 runs
 * everything on the calling thread). worker is 0..n_workers-1 and constant within a thread.
 * Tasks start in order of index. When *cancel becomes true no further task starts. Returns
 * after all started tasks ended. errors: YK_ERR_ARGUMENT, YK_ERR_MEMORY when a thread cannot be
 * made. */
enum yk_status pool_run(size_t n, unsigned n_workers, const atomic_bool *cancel,
                        void (*task)(void *user, size_t index, unsigned worker), void *user,
                        struct failure *why);

/* Processors this process may use. */
unsigned pool_processors(void);

#endif
