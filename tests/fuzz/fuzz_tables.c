/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as the tables people write: a diary (all or nothing, and keeping what is good) and
 * a participants table.
 */
#include <stddef.h>
#include <stdint.h>

#include "src/pipeline/diary_csv.h"
#include "src/pipeline/participants_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone
        *zone; /* loaded once: reading the zone table would be most of the time */
    struct byte_source *bytes = NULL;
    if (zone == NULL && zone_open("Europe/London", &zone, NULL) != YK_OK) {
        return 0;
    }
    if (memory_source_open(data, size, "table.csv", &bytes, NULL) != YK_OK) {
        return 0;
    }
    struct failure why;
    for (int keep_good = 0; keep_good < 2; keep_good++) {
        struct diary_read_options options = {.zone = zone, .keep_good = keep_good};
        struct diary diary;
        diary_init(&diary);
        (void)diary_read(bytes, &options, &diary, NULL, &why);
        diary_release(&diary);
    }
    struct participants people;
    participants_init(&people);
    if (participants_read_source(bytes, &people, &why) == YK_OK) {
        const struct participant_row *other = NULL;
        (void)participants_find(&people, "P01/week1.cwa", &other);
    }
    participants_release(&people);
    byte_source_close(bytes);
    return 0;
}
