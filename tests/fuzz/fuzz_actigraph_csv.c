/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an ActiGraph table of epochs or of samples.
 */
#include "tests/fuzz/read_recording.h"

extern const struct format format_actigraph_csv;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_recording(&format_actigraph_csv, data, size);
    return 0;
}
