/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Width on a terminal: Unicode Standard Annex 11, with ambiguous characters narrow, as
 * terminals set up for Japanese show them today. Leaves out: emoji joined into one picture,
 * which terminals disagree on.
 */
#include "src/base/columns.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/base/utf8.h"

struct range {
    uint32_t first, last;
};

static bool is_in(uint32_t code, const struct range *table, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > table[middle].last) {
            low = middle + 1;
        } else if (code < table[middle].first) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* Unicode 15, EastAsianWidth.txt W and F, neighbouring ranges joined over unassigned codes. */
static const struct range WIDE[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FB},
    {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F265}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC},
    {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596},
    {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC},
    {0x1F6D0, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAF8},
    {0x20000, 0x3FFFD},
};

/* Combining marks met in the languages of this program, joiners and direction marks. */
static const struct range NO_WIDTH[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E},   {0x2060, 0x2064},   {0x20D0, 0x20F0},
    {0x302A, 0x302D}, {0x3099, 0x309A},   {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0001, 0xE007F}, {0xE0100, 0xE01EF},
};

static int columns_of(uint32_t code)
{
    if (utf8_is_control(code) || is_in(code, NO_WIDTH, sizeof NO_WIDTH / sizeof *NO_WIDTH)) {
        return 0;
    }
    return is_in(code, WIDE, sizeof WIDE / sizeof *WIDE) ? 2 : 1;
}

int columns_n(const char *at, size_t n)
{
    int columns = 0;
    while (n > 0) {
        uint32_t code = 0;
        int length = utf8_decode(at, n, &code);
        /* what is no character is shown as one replacement character a byte */
        columns += length > 0 ? columns_of(code) : 1;
        size_t step = length > 0 ? (size_t)length : 1;
        at += step;
        n -= step;
    }
    return columns;
}

int text_columns(const char *utf8)
{
    return columns_n(utf8, strlen(utf8));
}

size_t columns_fit(const char *utf8, int columns)
{
    size_t fit = 0;
    for (size_t n; (n = utf8_step(utf8 + fit)) > 0; fit += n) {
        columns -= columns_n(utf8 + fit, n);
        if (columns < 0) {
            break;
        }
    }
    return fit;
}
