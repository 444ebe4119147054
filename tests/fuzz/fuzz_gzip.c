/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a gzip file.
 */
#include <stdlib.h>

#include "firmware-formats/gzip_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct byte_source *packed = NULL, *plain = NULL;
    struct failure why;
    if (memory_source_open(data, size, "t.gz", &packed, &why) != YK_OK) {
        return 0;
    }
    if (gzip_source_probe(packed) && gzip_source_open(packed, NULL, &plain, &why) == YK_OK) {
        uint8_t at[4096];
        size_t got = 0;
        for (uint64_t pos = 0; pos < plain->size; pos += sizeof at) {
            if (byte_source_read_at(plain, pos, at, sizeof at, &got, &why) != YK_OK ||
                got == 0) {
                abort();
            }
        }
        byte_source_close(plain);
    }
    byte_source_close(packed);
    return 0;
}
