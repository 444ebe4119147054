/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a plan asks of a recorder: nights, battery, memory. Battery: the maker's tables of
 * typical days on a full charge (AX3 user guide, "Settings", and the AX3/AX6 FAQ of
 * openmovement), the smaller where they differ; in between by the next higher rate.
 */
#include "src/dock/lend.h"

#include <math.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"

enum { EVENING_S = 21 * 3600, MORNING_S = 9 * 3600 };

struct civil_date lend_first_night(const struct zone *zone, int64_t from_ns, int64_t to_ns,
                                   int *n_nights)
{
    struct civil_time local = zone_civil(zone, from_ns);
    struct civil_date first =
        local.second_of_day > EVENING_S ? civil_add_days(local.date, 1) : local.date;
    int n = 0;
    while (zone_instant_of_day(zone, civil_add_days(first, n + 1), MORNING_S) <= to_ns &&
           n < 400) {
        n++;
    }
    *n_nights = n;
    return first;
}

double lend_battery_days(const char *model, double rate_hz, bool has_gyro)
{
    static const struct {
        double rate_hz, ax3, ax6, ax6_gyro;
    } table[] = {{12.5, 47, 146, NAN},
                 {25, 34, 73, 7},
                 {50, 21, 36.5, 7},
                 {100, 13.5, 18.3, 7},
                 {200, 6.8, 9.1, 4.5}};
    bool is_ax6 = strcmp(model, "AX6") == 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (rate_hz <= table[i].rate_hz) {
            return !is_ax6 ? table[i].ax3 : has_gyro ? table[i].ax6_gyro : table[i].ax6;
        }
    }
    return (double)NAN;
}

double lend_memory_bytes(const char *model, double rate_hz, bool has_gyro, double seconds)
{
    /* samples in a sector of 512 bytes: packed, three axes of 16 bits, six of them */
    bool is_ax6 = strcmp(model, "AX6") == 0;
    double per_sector = !is_ax6 ? 120 : has_gyro ? 40 : 80;
    return CWA_HEADER_BYTES + ceil(seconds * rate_hz / per_sector) * CWA_SECTOR_BYTES;
}
