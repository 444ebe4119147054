/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated recording in memory, for tests.
 */
#ifndef TESTS_SUPPORT_SIMULATED_H
#define TESTS_SUPPORT_SIMULATED_H

#include "src/simulate/simulate.h"

struct simulated {
    uint8_t *at; /* the bytes of the .cwa file */
    size_t n, capacity;
    struct truth truth;
};

/* Runs the simulation into memory; released by simulated_release() also after a failure. */
enum yk_status simulated_make(struct simulated *self, const struct simulation *simulation,
                              struct failure *why);
void simulated_release(struct simulated *self);

#endif
