/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Movement by day as numbers: one row from noon to noon of the wall clock, in equal bins. What
 * draws it (terminal, paper) is elsewhere.
 */
#ifndef SRC_REPORT_ACTOGRAM_H
#define SRC_REPORT_ACTOGRAM_H

#include "src/base/zone.h"
#include "src/model/analysis.h"

#define ACTOGRAM_BINS_MAX 720

enum actogram_kind {
    ACTOGRAM_UNKNOWN, /* not recorded */
    ACTOGRAM_AWAKE,
    ACTOGRAM_ASLEEP, /* inside the main sleep period, awakenings included */
    ACTOGRAM_NONWEAR,
    ACTOGRAM_REST /* at rest outside the main sleep period */
};

struct actogram_row {
    struct civil_date evening;         /* the date of the noon it begins with */
    float movement[ACTOGRAM_BINS_MAX]; /* mean of the bin; NaN unknown or not worn */
    unsigned char kind[ACTOGRAM_BINS_MAX];
    int onset_bin, wake_bin; /* of the night with this evening; -1 unknown */
};

struct actogram {
    struct actogram_row *rows; /* owned */
    size_t n_rows, n_bins;
    double scale; /* movement at full height: 98th percentile of the waking bins of the whole
                     recording; NaN when there is none */
    const char *unit; /* "mg" or "counts/min"; static */
};

void actogram_init(struct actogram *self);
void actogram_release(struct actogram *self);
/* from, to: evenings of the first and the last row; a date with month 0 leaves that end open.
 * Without epochs there are no rows. n_bins must divide 1440 minutes.
 * In the hour that exists twice both readings are averaged; the hour that does not exist stays
 * unknown. Movement is ENMO, else counts, else MAD.
 * errors: YK_ERR_MEMORY, YK_ERR_ARGUMENT
 * source: docs/report.md, "Actogram" */
enum yk_status actogram_make(const struct analysis *analysis, const struct zone *zone,
                             struct civil_date from, struct civil_date to, size_t n_bins,
                             struct actogram *out, struct failure *why);

/* The same with rows that begin at start_h (0..23) instead of noon. `evening` is then the date
 * a row begins on, and from and to count by it. */
enum yk_status actogram_make_at(const struct analysis *analysis, const struct zone *zone,
                                struct civil_date from, struct civil_date to, size_t n_bins,
                                int start_h, struct actogram *out, struct failure *why);
/* One scale for several recordings of a person: the 98th percentile of all their waking bins of
 * n_bins a day; NaN when there is none. Those without epochs are passed over. */
enum yk_status actogram_scale(const struct analysis *const *analyses,
                              const struct zone *const *zones, size_t n, size_t n_bins,
                              double *scale, struct failure *why);

#endif
