/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RFC 3629, section 3 and 4. The range of the second byte is narrower behind four of the lead
 * bytes: that alone keeps out overlong forms, surrogates and what is above U+10FFFF.
 */
#include "src/base/utf8.h"

#include <string.h>

static int wanted_bytes(unsigned char lead)
{
    return lead < 0x80   ? 1
           : lead < 0xC2 ? 0
           : lead < 0xE0 ? 2
           : lead < 0xF0 ? 3
           : lead < 0xF5 ? 4
                         : 0;
}

static bool may_follow(unsigned char lead, int i, unsigned char c)
{
    unsigned char least = 0x80, most = 0xBF;
    if (i == 1) {
        least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : least;
        most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : most;
    }
    return c >= least && c <= most;
}

int utf8_decode(const char *at, size_t n, uint32_t *code)
{
    if (n == 0) {
        return 0;
    }
    const unsigned char *p = (const unsigned char *)at;
    int want = wanted_bytes(p[0]);
    uint32_t c = want < 2 ? p[0] : p[0] & (0xFFu >> (want + 1));
    for (int i = 1; i < want; i++) {
        if ((size_t)i >= n) {
            return UTF8_CUT;
        }
        if (!may_follow(p[0], i, p[i])) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (want > 0) {
        *code = c;
    }
    return want;
}

size_t utf8_length(const char *at)
{
    uint32_t code = 0;
    int length = utf8_decode(at, strnlen(at, 4), &code);
    return length > 0 ? (size_t)length : 0;
}

size_t utf8_step(const char *at)
{
    size_t length = utf8_length(at);
    return length > 0 ? length : *at != '\0';
}

size_t utf8_whole(const char *at, size_t n)
{
    uint32_t code = 0;
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        if (utf8_decode(at + n - back, back, &code) == UTF8_CUT) {
            return n - back;
        }
    }
    return n;
}

int utf8_shown(const char *at, int most)
{
    return (int)utf8_whole(at, strnlen(at, (size_t)most));
}

bool utf8_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

const char *utf8_find_bad(const char *at)
{
    for (int length; *at != '\0'; at += length) {
        uint32_t code = 0;
        length = utf8_decode(at, strnlen(at, 4), &code);
        if (length <= 0 || utf8_is_control(code)) {
            return at;
        }
    }
    return NULL;
}
