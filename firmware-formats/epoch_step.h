/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long an epoch is, by the times of a table's first rows.
 */
#ifndef FIRMWARE_FORMATS_EPOCH_STEP_H
#define FIRMWARE_FORMATS_EPOCH_STEP_H

#include <stddef.h>
#include <stdint.h>

#define EPOCH_STEP_ROWS 256 /* that are looked at; n is no more */

/* The most frequent whole number of seconds, 1 to 86400, between neighbours; the smallest of
 * several. 0 when there is none. */
int32_t epoch_step_usual_s(const int64_t *row_ns, size_t n);

/* The middle step; 0 when there are too few to say. */
int64_t epoch_step_median_ns(const int64_t *row_ns, size_t n);

/* The usual step when it is the middle one as well: what a wrong header yields to. Else 0. */
int32_t epoch_step_agreed_s(const int64_t *row_ns, size_t n);

#endif
