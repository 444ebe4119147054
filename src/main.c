/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake: everything is in libyoake; this only hands over.
 */
#include <stdio.h>

#include "src/base/version.h"

int main(void)
{
    printf("yoake %s (%s)\n", version_number(), version_commit());
    return 0;
}
