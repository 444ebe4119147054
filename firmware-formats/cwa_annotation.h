/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The annotation area of a .cwa header: URL-encoded pairs "_p=left+wrist&_sc=0042".
 */
#ifndef FIRMWARE_FORMATS_CWA_ANNOTATION_H
#define FIRMWARE_FORMATS_CWA_ANNOTATION_H

#include <stddef.h>

#include "firmware-formats/cwa_layout.h"

/* The value of a key ("_sc"), decoded, without blanks around it, cut at a whole character to
 * what fits. "" when the key is missing or the value is not readable text (control characters,
 * no UTF-8). out: room >= 1 bytes. */
void cwa_annotation_get(const uint8_t annotation[static CWA_ANNOTATION_BYTES], const char *key,
                        char *out, size_t room);

#endif
