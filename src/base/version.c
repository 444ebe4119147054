/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only object that is rebuilt for every commit (see the Makefile).
 */
#include "src/base/version.h"

const char *version_number(void)
{
    return YOAKE_VERSION;
}

const char *version_commit(void)
{
    return YOAKE_COMMIT;
}

const char *version_libraries(void)
{
    return YOAKE_LIBRARIES;
}
