/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8 is recognised by its own strictness; CP932 by its pairs. Every byte is a letter of
 * CP1252, so that one is never recognised, only fallen back to.
 */
#include "src/base/charset.h"

#include <string.h>

#include "src/base/utf8.h"

/* Length of the UTF-8 character at the front of n bytes, 0: none, UTF8_CUT. */
static int utf8_bytes(const char *at, size_t n)
{
    uint32_t code = 0;
    return utf8_decode(at, n, &code);
}

/* The same of CP932. */
static int cp932_bytes(const char *at, size_t n)
{
    const unsigned char *p = (const unsigned char *)at;
    if (p[0] < 0x80 || (p[0] >= 0xA1 && p[0] <= 0xDF)) {
        return 1;
    }
    if (p[0] == 0x80 || p[0] == 0xA0 || p[0] > 0xFC) {
        return 0;
    }
    if (n < 2) {
        return UTF8_CUT;
    }
    return p[1] >= 0x40 && p[1] <= 0xFC && p[1] != 0x7F ? 2 : 0;
}

/* Bytes from p on that are ASCII, eight at a time: nearly all of nearly every file. */
static size_t ascii_run(const char *at, size_t n)
{
    size_t i = 0;
    for (uint64_t eight = 0; i + sizeof eight <= n; i += sizeof eight) {
        memcpy(&eight, at + i, sizeof eight);
        if ((eight & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    return i;
}

static bool is_text_of(const char *at, size_t n, bool may_be_cut,
                       int (*length)(const char *at, size_t n))
{
    for (size_t i = ascii_run(at, n); i < n; i += ascii_run(at + i, n - i)) {
        int step = length(at + i, n - i);
        if (step <= 0) {
            return step < 0 && may_be_cut;
        }
        i += (size_t)step;
    }
    return true;
}

bool charset_is_utf8(const char *at, size_t n, bool may_be_cut)
{
    return is_text_of(at, n, may_be_cut, utf8_bytes);
}

bool charset_is_cp932(const char *at, size_t n, bool may_be_cut)
{
    return is_text_of(at, n, may_be_cut, cp932_bytes);
}

/* What CP1252 has at 0x80 to 0x9F; 0: nothing, the control character of Latin-1 is kept. */
static const uint16_t latin_letters[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

size_t charset_from_cp1252(const char *from, size_t n, char *to)
{
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned letter = (unsigned char)from[i];
        if (letter >= 0x80 && letter < 0xA0 && latin_letters[letter - 0x80] != 0) {
            letter = latin_letters[letter - 0x80];
        }
        if (letter >= 0x800) {
            to[written++] = (char)(0xE0 | letter >> 12);
            to[written++] = (char)(0x80 | (letter >> 6 & 0x3F));
            to[written++] = (char)(0x80 | (letter & 0x3F));
        } else if (letter >= 0x80) {
            to[written++] = (char)(0xC0 | letter >> 6);
            to[written++] = (char)(0x80 | (letter & 0x3F));
        } else {
            to[written++] = (char)letter;
        }
    }
    return written;
}
