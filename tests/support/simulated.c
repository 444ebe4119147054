/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See simulated.h.
 */
#include "tests/support/simulated.h"

#include <string.h>

#include "src/base/mem.h"

static enum yk_status keep(void *user, const void *at, size_t n, struct failure *why)
{
    struct simulated *self = user;
    if (self->n + n > self->capacity) {
        size_t capacity = (self->n + n) * 2;
        uint8_t *fresh = mem_resize(self->at, self->capacity, capacity, 1);
        if (fresh == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "no memory for %zu bytes", capacity);
        }
        self->at = fresh;
        self->capacity = capacity;
    }
    memcpy(self->at + self->n, at, n);
    self->n += n;
    return YK_OK;
}

enum yk_status simulated_make(struct simulated *self, const struct simulation *simulation,
                              struct failure *why)
{
    self->at = NULL;
    self->n = self->capacity = 0;
    truth_init(&self->truth);
    return simulate(simulation, (struct recorder_sink){keep, self}, &self->truth, NULL, why);
}

void simulated_release(struct simulated *self)
{
    mem_free(self->at);
    self->at = NULL;
    truth_release(&self->truth);
}
