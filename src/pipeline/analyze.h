/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One recording through one recipe: signal, nonwear, sleep, days, rhythm.
 */
#ifndef SRC_PIPELINE_ANALYZE_H
#define SRC_PIPELINE_ANALYZE_H

#include "src/base/job.h"
#include "src/base/zone.h"
#include "src/model/analysis.h"
#include "src/model/diary.h"
#include "src/model/recording_source.h"

struct analyze_options {
    const char *recipe; /* its name, for provenance */
    const struct parameters *parameters;
    const struct diary *diary; /* may be NULL */
    const char *person_id;     /* NULL: the file's own code, else "" */
    const char *input_sha256;  /* NULL: unknown */
    int session;               /* analyze_file(): which of a file with several, 0 the first */
    const char *columns;       /* analyze_file(): a .ini that describes the table, or NULL */
    /* analyze_file(): the readings of the recorder's clock for a recording like this, or NULL.
     * *out comes as "no reading". Where both readings are known, times are corrected. */
    enum yk_status (*find_clock)(void *user, const struct recording_info *info,
                                 struct clock_map *out, struct failure *why);
    void *find_clock_user;
};

/* source  at its start; stays the caller's
 * zone    the zone the source was opened with
 * out     initialised by the caller; on failure it holds what was found so far and must still
 * be released errors  as signal_analyze(), sleep_detect(); a recording without a single epoch
 * gives YK_OK with n == 0 */
enum yk_status analyze_recording(struct recording_source *source, const struct zone *zone,
                                 const struct analyze_options *options, struct analysis *out,
                                 struct job *job, struct failure *why);

/* Opens path with the zone rule of the interface (zone_name may be NULL: the file's own zone,
 * else fallback_zone (may be NULL), else the system's), hashes it, analyses it. *zone_out is
 * the zone used; the caller closes it. */
enum yk_status analyze_file(const char *path, const char *zone_name, const char *fallback_zone,
                            const struct analyze_options *options, struct analysis *out,
                            struct zone **zone_out, struct job *job, struct failure *why);

#endif
