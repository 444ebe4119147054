/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables that evaluate prints. Each says loudly when its data are missing, and returns
 * false then.
 */
#ifndef TESTS_EVALUATE_REPORTS_H
#define TESTS_EVALUATE_REPORTS_H

#include <stdbool.h>

bool couples_report(void); /* rest rules, the fitted one among them, on minute counts */
bool psg_report(void);     /* scorers against polysomnography */
bool angles_report(void);  /* rest rules on angles against raters */

#endif
