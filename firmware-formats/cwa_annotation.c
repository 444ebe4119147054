/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Annotation pairs as the vendor's configuration program writes them (letters, digits and ~_.-
 * as they are, blank as +, anything else as %XX). Only asked-for keys are looked at: the area
 * can also hold names, which nobody here wants to see.
 */
#include "firmware-formats/cwa_annotation.h"
#include "src/base/utf8.h"

#include <string.h>

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    uint8_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Unused bytes are 0x00 or 0xFF: they end everything. */
static size_t used_bytes(const uint8_t *at)
{
    size_t n = 0;
    while (n < CWA_ANNOTATION_BYTES && at[n] != 0x00 && at[n] != 0xFF) {
        n++;
    }
    return n;
}

static size_t decode(const uint8_t *at, size_t n, uint8_t *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        int high = at[i] == '%' && i + 2 < n ? hex_digit(at[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(at[i + 2]) : -1;
        if (low >= 0) {
            out[m++] = (uint8_t)(high << 4 | low);
            i += 2;
        } else {
            out[m++] = at[i] == '+' ? ' ' : at[i];
        }
    }
    return m;
}

/* Bytes of the UTF-8 character at `at`, 0 when it is none or a control character. */
static size_t character_bytes(const uint8_t *at, size_t left)
{
    uint32_t code = 0;
    int length = utf8_decode((const char *)at, left, &code);
    return length > 0 && !utf8_is_control(code) ? (size_t)length : 0;
}

static void give(const uint8_t *at, size_t n, char *out, size_t room)
{
    while (n > 0 && at[0] == ' ') {
        at++;
        n--;
    }
    while (n > 0 && at[n - 1] == ' ') {
        n--;
    }
    size_t fits = 0;
    for (size_t i = 0; i < n;) {
        size_t bytes = character_bytes(at + i, n - i);
        if (bytes == 0) {
            return;
        }
        i += bytes;
        fits = i < room ? i : fits;
    }
    memcpy(out, at, fits);
    out[fits] = '\0';
}

void cwa_annotation_get(const uint8_t annotation[static CWA_ANNOTATION_BYTES], const char *key,
                        char *out, size_t room)
{
    size_t n = used_bytes(annotation), key_n = strlen(key);
    out[0] = '\0';
    for (size_t i = 0; i < n;) {
        const uint8_t *pair = annotation + i;
        const uint8_t *end = memchr(pair, '&', n - i);
        size_t length = end != NULL ? (size_t)(end - pair) : n - i;
        while (length > 0 && pair[0] == ' ') { /* lines of 32 are padded with blanks */
            pair++;
            length--;
            i++;
        }
        if (length > key_n && memcmp(pair, key, key_n) == 0 && pair[key_n] == '=') {
            uint8_t value[CWA_ANNOTATION_BYTES];
            size_t m = decode(pair + key_n + 1, length - key_n - 1, value);
            give(value, m, out, room);
            return;
        }
        i += length + 1;
    }
}
