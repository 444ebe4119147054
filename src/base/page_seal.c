/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checksum at the end of a page, see page_seal.h. ISO 32000-1 (7.5.5) has readers look for
 * %%EOF in the last 1024 bytes; XML 1.0 (2.8) allows comments after the root element.
 */
#include "src/base/page_seal.h"

#include <stdio.h>
#include <string.h>

#include "src/base/byte_source.h"
#include "src/base/names.h"

enum { HEX = DIGEST_HEX - 1 };

static const struct {
    const char *begin, *end;
} marks[2] = {{"% sha256 ", "\n"}, {"<!-- sha256 ", " -->\n"}}; /* PDF, SVG */

size_t page_seal_line(bool is_svg, const char *hex, char out[static PAGE_SEAL_MAX])
{
    int n = snprintf(out, PAGE_SEAL_MAX, "%s%.*s%s", marks[is_svg].begin, HEX, hex,
                     marks[is_svg].end);
    return n > 0 && n < PAGE_SEAL_MAX ? (size_t)n : 0;
}

bool page_seal_is_page(const char *name)
{
    return name_ends_with(name, ".pdf") || name_ends_with(name, ".svg");
}

static enum yk_status check(struct byte_source *bytes, bool is_svg, struct failure *why)
{
    const char *begin = marks[is_svg].begin, *end = marks[is_svg].end;
    size_t first = strlen(begin), last = strlen(end), n = first + HEX + last, got = 0;
    char line[PAGE_SEAL_MAX] = "", hex[DIGEST_HEX];
    enum yk_status status = YK_OK;
    if (bytes->size > n) {
        status = byte_source_read_at(bytes, bytes->size - n, line, n, &got, why);
    }
    if (status == YK_OK && (got != n || memcmp(line, begin, first) != 0 ||
                            memcmp(line + first + HEX, end, last) != 0)) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "%s has no checksum at its end",
                           bytes->name);
    }
    status = status == YK_OK ? digest_of_front(bytes, bytes->size - n, NULL, hex, why) : status;
    if (status == YK_OK && memcmp(line + first, hex, HEX) != 0) {
        status = failure_set(why, YK_ERR_CORRUPT, "%s is not as it was written", bytes->name);
    }
    return status;
}

enum yk_status page_seal_check(const char *path, struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    status = status == YK_OK ? check(bytes, name_ends_with(path, ".svg"), why) : status;
    byte_source_close(bytes);
    return status;
}
