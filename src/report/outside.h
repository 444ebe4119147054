/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies for people outside the programme: physician and employer. They hold what the consent
 * names and nothing else; what is not consented to is not drawn at all, so that it is not in
 * the file either.
 */
#ifndef SRC_REPORT_OUTSIDE_H
#define SRC_REPORT_OUTSIDE_H

#include "src/report/sheet.h"

/* Half a page, 148 mm; a whole one when the consent names the picture or single nights. */
double outside_height_mm(const struct consent *consent);
/* sheet->consent must be set, its scope the sheet's copy: YK_ERR_ACCESS otherwise.
 * errors: YK_ERR_MEMORY */
enum yk_status outside_draw(const struct sheet *sheet, struct canvas *canvas,
                            struct failure *why);

#endif
