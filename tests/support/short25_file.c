/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/short25_file.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>

bool short25_unpack(const char *folder, char *path, size_t size)
{
    char command[8800];
    const char *packed = check_shared("data/ggir-reference/short25.cwa.xz");
    if (packed == NULL || folder == NULL) {
        return false;
    }
    snprintf(path, size, "%s/short25.cwa", folder);
    snprintf(command, sizeof command, "xz -dkc '%s' > '%s'", packed, path);
    if (system(command) != 0) {
        print_message("SKIPPED: xz cannot unpack %s (is xz-utils installed?)\n", packed);
        return false;
    }
    return true;
}
