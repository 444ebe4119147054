/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Units of a GENEActiv's measurements, see geneactiv_units.h. The formulas:
 * docs/formats/geneactiv.md.
 */
#include "firmware-formats/geneactiv_units.h"

#include <math.h>
#include <string.h>

static void set_light(const struct geneactiv_header *header, struct geneactiv_units *out)
{
    bool is_1_2 = strcmp(header->model, "1.2") == 0;
    double factor = header->lux / header->volts;
    for (int i = 0; i < GENEACTIV_LIGHT_VALUES; i++) {
        int light = !is_1_2   ? i
                    : i < 256 ? i
                    : i < 512 ? (i - 128) * 2
                    : i < 768 ? (i - 320) * 4
                              : (i - 656) * 16;
        out->lux[i] = isfinite(factor) ? light * factor : NAN;
    }
}

enum yk_status geneactiv_units_of(const struct geneactiv_header *header, const char *name,
                                  struct geneactiv_units *out, struct failure *why)
{
    struct geneactiv_units units = {.low_g = -INFINITY, .high_g = INFINITY};
    for (int a = 0; a < 3; a++) {
        double gain = header->gain[a], offset = header->offset[a];
        if (!(fabs(gain) >= 1) || isnan(offset)) {
            return failure_set(why, YK_ERR_CORRUPT,
                               "%s: the header has no usable calibration of the %c axis (gain "
                               "%g, offset %g): its measurements have no unit",
                               name, "xyz"[a], gain, offset);
        }
        units.scale[a] = 100.0 / gain;
        units.shift[a] = -offset / gain;
        float first = (float)(-2048 * units.scale[a] + units.shift[a]);
        float last = (float)(2047 * units.scale[a] + units.shift[a]);
        units.low_g = fmaxf(units.low_g, fminf(first, last));
        units.high_g = fminf(units.high_g, fmaxf(first, last));
    }
    set_light(header, &units);
    *out = units;
    return YK_OK;
}
