/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording's samples with their times as a file others can read: HDF5 or CSV.
 * docs/formats/samples.md describes both.
 */
#ifndef SRC_PIPELINE_CONVERT_H
#define SRC_PIPELINE_CONVERT_H

#include "src/base/job.h"
#include "src/model/calibration.h"
#include "src/model/parameters.h"

struct convert_options {
    const char *zone_name; /* --zone, or NULL: the file's own, else the system's */
    const char *from, *to; /* ISO 8601 in that zone; NULL: from the start, to the end */
    const struct parameters *parameters; /* for the calibration; NULL: samples as recorded */
    int session;                         /* as in struct open_options */
    bool replaces;                       /* a file that is there already */
    const char *columns;                 /* a .ini that describes a table of samples, or NULL */
    /* For files that are given away: written in place of what the file says of itself, without
     * the input's hash; and added to every time. NULL, 0: as it is. */
    const struct recording_info *as;
    int64_t shift_ns;
};

struct convert_result {
    int64_t n_samples, start_ns, end_ns; /* written; TIME_UNKNOWN without any */
    struct calibration calibration;      /* identity unless asked for and found */
    char zone[48];
    bool zone_is_guess; /* nobody named one, and the file has none */
};

/* Writes samples of `path` to `out_path` (.h5, .hdf5 or .csv decides), in constant memory. The
 * file gets its name when it is complete and on the disk.
 *
 * errors  YK_ERR_ARGUMENT (unknown suffix, from or to is no time), YK_ERR_CONFLICT (out_path is
 *         there), YK_ERR_UNSUPPORTED (the file holds epochs), those of recording_open() and of
 *         writing, YK_ERR_CANCELLED
 */
enum yk_status convert_recording(const char *path, const char *out_path,
                                 const struct convert_options *options,
                                 struct convert_result *result, struct job *job,
                                 struct failure *why);

#endif
