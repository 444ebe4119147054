/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alloc.h"
#include "tests/support/check.h"

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

bool alloc_end(enum yk_status status, enum yk_status otherwise)
{
    bool was_refused = refused;
    alloc_fail_at(0);
    assert_int_equal(status, was_refused ? YK_ERR_MEMORY : otherwise);
    return was_refused;
}

uint64_t alloc_count(void)
{
    return seen;
}
