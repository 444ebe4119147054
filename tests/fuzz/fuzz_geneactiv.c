/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a GENEActiv recording.
 */
#include "tests/fuzz/read_recording.h"

extern const struct format format_geneactiv;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_recording(&format_geneactiv, data, size);
    return 0;
}
