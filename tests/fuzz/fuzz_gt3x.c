/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an ActiGraph archive of either generation: read whole, again, and from the
 * middle. Half of the inputs are taken as log.bin itself, with every record's checksum put
 * right, so that what lies behind checksums is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "tests/fuzz/read_recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOCAL "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* One stored member without a directory behind it. */
static uint8_t *wrap(const uint8_t *data, size_t size, size_t *out_n)
{
    static const char name[] = "log.bin";
    const size_t head = 30 + sizeof name - 1;
    uint8_t *at = calloc(head + size + 1, 1);
    if (at == NULL) {
        return NULL;
    }
    memcpy(at, LOCAL, 18);
    put_u32le(at + 18, (uint32_t)size);
    put_u32le(at + 22, (uint32_t)size);
    put_u16le(at + 26, sizeof name - 1);
    memcpy(at + 30, name, sizeof name - 1);
    memcpy(at + head, data, size);
    for (size_t i = head; i + 9 <= head + size;) {
        size_t n = (size_t)get_u16le(at + i + 6) % 700;
        if (at[i] != 0x1E || i + 9 + n > head + size) {
            i++;
            continue;
        }
        put_u16le(at + i + 6, (uint16_t)n);
        uint8_t x = 0;
        for (size_t k = i; k < i + 8 + n; k++) {
            x ^= at[k];
        }
        at[i + 8 + n] = (uint8_t)~x;
        i += 9 + n;
    }
    *out_n = head + size;
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = size;
    bool is_log = size > 0 && data[0] == 0x1E;
    uint8_t *made = is_log ? wrap(data, size, &n) : NULL;
    fuzz_recording(format_find("gt3x"), made != NULL ? made : data, n);
    fuzz_recording(format_find("gt3x_v1"), made != NULL ? made : data, n);
    free(made);
    return 0;
}
