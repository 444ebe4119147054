/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A backup file from outside: the reader must end, and every member must lie inside the file.
 */
#include <stdint.h>
#include <stdlib.h>

#include "src/store/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct byte_source *in = NULL;
    struct tar_member member;
    uint64_t at = 0;
    if (memory_source_open(data, size, "fuzz", &in, NULL) != YK_OK) {
        return 0;
    }
    while (tar_next(in, &at, &member, NULL) == YK_OK) {
        if (member.offset > size || member.size > size - member.offset) {
            abort();
        }
    }
    byte_source_close(in);
    return 0;
}
