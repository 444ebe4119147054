/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an archive of a measurement, and as unisens.xml beside a file of samples (what
 * follows the text's first zero byte).
 */
#include "tests/fuzz/read_recording.h"

#include "src/base/crc32.h"
#include "firmware-formats/unisens_description.h"
#include "src/base/bytes.h"

extern const struct format format_unisens;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct archive {
    uint8_t *at, directory[512];
    size_t n, directory_n;
    struct crc32_tables crc;
};

static void add(struct archive *self, const char *name, const uint8_t *data, size_t n)
{
    uint8_t *local = self->at + self->n, *central = self->directory + self->directory_n;
    size_t length = strlen(name);
    memcpy(local, "PK\003\004\012\0\0\0\0\0\0\0\041\0", 14);
    put_u32le(local + 14, crc32_add(&self->crc, 0, data, n));
    put_u32le(local + 18, (uint32_t)n);
    put_u32le(local + 22, (uint32_t)n);
    put_u32le(local + 26, (uint32_t)length);
    memcpy(local + 30, name, length);
    if (n > 0) {
        memcpy(local + 30 + length, data, n);
    }
    memcpy(central, "PK\001\002\012\0", 6);
    memcpy(central + 6, local + 4, 26);
    put_u32le(central + 42, (uint32_t)self->n);
    memcpy(central + 46, name, length);
    self->n += 30 + length + n;
    self->directory_n += 46 + length;
}

static void finish(struct archive *self)
{
    uint8_t *end = self->at + self->n + self->directory_n;
    memcpy(self->at + self->n, self->directory, self->directory_n);
    memcpy(end, "PK\005\006", 4);
    put_u32le(end + 8, 2 | 2 << 16);
    put_u32le(end + 12, (uint32_t)self->directory_n);
    put_u32le(end + 16, (uint32_t)self->n);
    self->n += self->directory_n + 22;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_recording(&format_unisens, data, size);
    const uint8_t *zero = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t n = zero != NULL ? (size_t)(zero - data) : size;
    size_t rest = zero != NULL ? size - n - 1 : 0;
    struct archive *zip = calloc(1, sizeof *zip);
    uint8_t *room = calloc(size + 1024, 1);
    if (zip != NULL && room != NULL) {
        zip->at = room;
        crc32_init(&zip->crc);
        add(zip, UNISENS_XML, data, n);
        add(zip, "acc.bin", data + size - rest, rest);
        finish(zip);
        fuzz_recording(&format_unisens, zip->at, zip->n);
    }
    free(room);
    free(zip);
    return 0;
}
