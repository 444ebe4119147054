/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a table to be guessed; what is guessed must be a .ini that can be read.
 */
#include <stdlib.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/table_guess.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct byte_source *bytes = NULL, *ini = NULL;
    struct failure why;
    struct text made;
    text_init(&made);
    if (memory_source_open(data, size, "t", &bytes, &why) != YK_OK) {
        return 0;
    }
    if (table_guess(bytes, &made, &why) == YK_OK &&
        memory_source_open(text_string(&made), made.length, "t.ini", &ini, &why) == YK_OK) {
        static struct epoch_csv_plan plan;
        epoch_csv_plan_init(&plan);
        if (epoch_csv_plan_read_ini(&plan, ini, &why) != YK_OK) {
            abort();
        }
    }
    byte_source_close(ini);
    byte_source_close(bytes);
    text_release(&made);
    return 0;
}
