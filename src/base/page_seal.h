/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A checksum at the end of a page (PDF, SVG), as a comment of its language, which every viewer
 * passes over:
 *
 *     % sha256 HASH              of everything before, in a PDF (after its %%EOF)
 *     <!-- sha256 HASH -->       in an SVG
 */
#ifndef SRC_BASE_PAGE_SEAL_H
#define SRC_BASE_PAGE_SEAL_H

#include <stdbool.h>

#include "src/base/digest.h"

#define PAGE_SEAL_MAX 96

/* The line for a page of that hash; its length. */
size_t page_seal_line(bool is_svg, const char *hex, char out[static PAGE_SEAL_MAX]);
/* Whether a file of this name carries a seal: .pdf, .svg. */
bool page_seal_is_page(const char *name);
/* errors: YK_ERR_CORRUPT (not what was written), YK_ERR_UNSUPPORTED (no seal at its end), those
 * of reading */
enum yk_status page_seal_check(const char *path, struct failure *why);

#endif
