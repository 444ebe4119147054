/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a GENEActiv's measurements are in units, by the calibration in its header.
 */
#ifndef FIRMWARE_FORMATS_GENEACTIV_UNITS_H
#define FIRMWARE_FORMATS_GENEACTIV_UNITS_H

#include "firmware-formats/geneactiv_header.h"
#include "src/base/status.h"

#define GENEACTIV_LIGHT_VALUES 1024

struct geneactiv_units {
    double scale[3], shift[3];          /* g = scale * raw + shift */
    float low_g, high_g;                /* the ends of the range, of all axes */
    double lux[GENEACTIV_LIGHT_VALUES]; /* of each raw value; NaN: no calibration */
};

/* name: the file's, for the failure. errors: YK_ERR_CORRUPT (no usable gain or offset); *out as
 * it was */
enum yk_status geneactiv_units_of(const struct geneactiv_header *header, const char *name,
                                  struct geneactiv_units *out, struct failure *why);

#endif
