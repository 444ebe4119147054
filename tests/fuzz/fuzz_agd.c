/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an ActiLife database.
 */
#include "tests/fuzz/read_recording.h"

extern const struct format format_agd;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_recording(&format_agd, data, size);
    return 0;
}
