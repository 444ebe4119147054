/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Refusing memory on purpose. Every unit test is linked with -Wl,--wrap=mem_gate.
 *
 *     for (uint64_t k = 1;; k++) {
 *         alloc_fail_at(k);
 *         status = thing_that_allocates(...);
 *         bool refused = alloc_end(status, YK_OK);
 *         ... release ...
 *         if (!refused) break;      // it needed fewer than k allocations
 *     }
 */
#ifndef TESTS_SUPPORT_ALLOC_H
#define TESTS_SUPPORT_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/status.h"

/* Refuses the k-th allocation from now on and those after it are allowed again; 0: refuse none.
 */
void alloc_fail_at(uint64_t k);
/* Whether one was refused since alloc_fail_at(). */
bool alloc_refused(void);
/* Refuses none from now on. Fails the test unless status is YK_ERR_MEMORY when one was refused,
 * and `otherwise` when none was; returns which. */
bool alloc_end(enum yk_status status, enum yk_status otherwise);
/* Allocations since alloc_fail_at(). */
uint64_t alloc_count(void);

#endif
