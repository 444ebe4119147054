/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of files, see names.h. Leaves out: endings of packers that are not unpacked here.
 */
#include "src/base/names.h"

#include <string.h>
#include <strings.h>

const char *name_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool name_ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), length = strlen(ending);
    return n > length && strcmp(name + n - length, ending) == 0;
}

bool name_ends_like(const char *name, const char *ending)
{
    size_t n = strlen(name), length = strlen(ending);
    return n > length && strcasecmp(name + n - length, ending) == 0;
}

size_t name_stem(const char *path)
{
    const char *name = name_of_path(path);
    size_t n = strlen(name) - (name_ends_like(name, ".gz") ? 3 : 0);
    const char *dot = memrchr(name, '.', n);
    return (size_t)((dot != NULL && dot > name ? dot : name + n) - path);
}
