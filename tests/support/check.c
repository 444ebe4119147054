/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

void check_close(double actual, double expected, double tolerance, const char *what,
                 const char *file, int line)
{
    bool same = (isnan(actual) && isnan(expected)) || actual == expected ||
                fabs(actual - expected) <= tolerance;
    if (!same) {
        print_error("%s is %.17g, expected %.17g (tolerance %g, off by %g)\n", what, actual,
                    expected, tolerance, actual - expected);
        _fail(file, line);
    }
}

const char *check_shared(const char *relative)
{
    static char path[4096];
    const char *root = getenv("YOAKE_SHARED");
    snprintf(path, sizeof path, "%s/%s", root != NULL && *root != '\0' ? root : "../shared",
             relative);
    if (access(path, R_OK) == 0) {
        return path;
    }
    print_message("SKIPPED: no %s (set YOAKE_SHARED to the folder of reference data)\n", path);
    return NULL;
}

char *check_read_file(const char *path, size_t *size)
{
    gzFile in = gzopen(path, "rb"); /* reads plain files as they are */
    if (in == NULL) {
        return NULL;
    }
    size_t room = 1 << 16, n = 0;
    char *at = malloc(room + 1);
    for (;;) {
        int got = at != NULL ? gzread(in, at + n, (unsigned)(room - n)) : -1;
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        if (n == room) {
            room *= 2;
            char *more = realloc(at, room + 1);
            if (more == NULL) {
                free(at);
            }
            at = more;
        }
    }
    gzclose(in);
    if (at != NULL) {
        at[n] = '\0';
        if (size != NULL) {
            *size = n;
        }
    }
    return at;
}

void check_write_file(const char *path, const void *at, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

void check_write_text(const char *path, const char *text)
{
    check_write_file(path, text, strlen(text));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void check_remove(const char *folder)
{
    if (folder != NULL) {
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

bool check_is_mount(const char *path)
{
    struct statx s;
    char line[4096], point[1024];
    bool is_listed = false;
    FILE *list = fopen("/proc/self/mountinfo", "re");
    while (list != NULL && fgets(line, sizeof line, list) != NULL) {
        is_listed = is_listed || (sscanf(line, "%*s %*s %*s %*s %1023s", point) == 1 &&
                                  strcmp(point, path) == 0);
    }
    if (list != NULL) {
        fclose(list);
    }
    return is_listed && statx(AT_FDCWD, path, 0, STATX_TYPE, &s) == 0 &&
           (s.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
}

const char *check_scratch(const char *name)
{
    static _Thread_local char path[4096];
    const char *root = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/yoake-%s-XXXXXX", root != NULL ? root : "/tmp", name);
    return mkdtemp(path);
}

int scratch_setup(void **state)
{
    struct scratch *self = *state;
    snprintf(self->folder, sizeof self->folder, "%s", check_scratch("test"));
    int n = snprintf(self->path, sizeof self->path, "%s/%s", self->folder, self->file);
    assert_true(n > 0 && (size_t)n < sizeof self->path);
    return 0;
}

int scratch_teardown(void **state)
{
    struct scratch *self = *state;
    check_remove(self->folder);
    return 0;
}
