/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alloc.h"

#include <stdatomic.h>

static _Atomic uint64_t fail_at, seen;
static atomic_bool refused;

int __wrap_mem_gate(void);

int __wrap_mem_gate(void)
{
    uint64_t now = atomic_fetch_add(&seen, 1) + 1;
    if (fail_at != 0 && now == fail_at) {
        refused = true;
        return 0;
    }
    return 1;
}

void alloc_fail_at(uint64_t k)
{
    seen = 0;
    refused = false;
    fail_at = k;
}

bool alloc_refused(void)
{
    return refused;
}

uint64_t alloc_count(void)
{
    return seen;
}
