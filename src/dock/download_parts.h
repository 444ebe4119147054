/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of a download: download.c is its order, download_kept.c compares what is kept with
 * what the device holds. For these two files only.
 */
#ifndef SRC_DOCK_DOWNLOAD_PARTS_H
#define SRC_DOCK_DOWNLOAD_PARTS_H

#include "firmware-formats/cwa_layout.h"
#include "src/dock/part_file.h"
#include "src/dock/sectors.h"

#define CHUNK_BYTES ((size_t)256 * 1024)

struct downloading {
    const struct download_plan *plan;
    struct dock_device *device;
    struct job *job;
    struct byte_source *source;
    struct part_file part;
    struct part_note note; /* what was known, then what is to be noted */
    struct sectors sectors;
    struct download_result result;
    uint8_t *chunk, *other;
    uint8_t header[CWA_HEADER_BYTES];
    size_t header_n;
    uint64_t n_alike, n_unlike; /* sectors compared with what is kept */
    uint64_t piece_bytes;
    /* speed */
    int64_t start_ns, report_ns, mark_ns;
    uint64_t mark_bytes;
    double per_s;
};

/* From the device itself, whatever is kept ahead. */
enum yk_status downloading_ask(struct downloading *self, uint64_t pos, void *at, size_t n,
                               struct failure *why);
/* Goes on behind the part that the note speaks of, if it is the beginning of what the device
 * holds; *fits says whether. */
enum yk_status downloading_resume(struct downloading *self, bool *fits, struct failure *why);
/* This very recording is in the archive already: the archive has it whole, and the device shows
 * the same in the places compared. errors: of the device */
enum yk_status downloading_recognise(struct downloading *self, bool *is_there,
                                     struct failure *why);

#endif
