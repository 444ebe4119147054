/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a ZIP archive: every member opened and read.
 */
#include <stdlib.h>

#include "firmware-formats/zip_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_member(struct zip_archive *archive, size_t i)
{
    static uint8_t buffer[65536];
    struct byte_source *member = NULL;
    struct failure why;
    enum zip_check check = i % 2 == 0 ? ZIP_CHECKED : ZIP_UNCHECKED;
    if (zip_archive_open_member(archive, i, check, NULL, &member, &why) != YK_OK) {
        return;
    }
    for (uint64_t pos = 0; pos < member->size && pos < (UINT64_C(1) << 22);) {
        size_t got = 0;
        if (byte_source_read_at(member, pos, buffer, sizeof buffer, &got, &why) != YK_OK) {
            break;
        }
        if (got == 0) {
            abort(); /* size promised more */
        }
        pos += got;
    }
    byte_source_close(member);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct byte_source *bytes = NULL;
    struct zip_archive *archive = NULL;
    struct failure why;
    if (memory_source_open(data, size, "t.zip", &bytes, &why) != YK_OK) {
        return 0;
    }
    (void)zip_source_probe(bytes);
    if (zip_archive_open(bytes, &archive, &why) == YK_OK) {
        (void)zip_archive_find(archive, "log.bin");
        for (size_t i = 0; i < zip_archive_count(archive) && i < 16; i++) {
            read_member(archive, i);
        }
        zip_archive_close(archive);
    }
    byte_source_close(bytes);
    return 0;
}
