/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a pretend recorder records while it is unplugged: made up sector by sector when it is
 * read, so that months cost no memory. An arm that lies still at night and moves by day; the
 * truth about a person is `yoake simulate`'s business.
 */
#ifndef DRIVERS_PRETEND_WORN_H
#define DRIVERS_PRETEND_WORN_H

#include "firmware-formats/cwa_layout.h"
#include "src/base/byte_source.h"

struct worn_life {
    struct cwa_header header; /* as it was set up */
    uint8_t at[CWA_HEADER_BYTES];
    int64_t from_s, to_s; /* on its wall clock, as if UTC */
    uint64_t bytes_max;   /* of its memory */
};

/* The recording; NULL in *out when it would be empty. errors: YK_ERR_MEMORY */
enum yk_status worn_open(const struct worn_life *life, struct byte_source **out,
                         struct failure *why);

#endif
