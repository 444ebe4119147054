/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who made a result.
 */
#ifndef SRC_BASE_VERSION_H
#define SRC_BASE_VERSION_H

const char *version_number(void);    /* "0.1.0" */
const char *version_commit(void);    /* first twelve digits, or "unknown" */
const char *version_libraries(void); /* "hdf5 1.10.8, gsl 2.7.1", those it was built with */

#endif
