/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A library for LD_PRELOAD: one writing system call of the real program fails (faulty_io.h).
 *
 *     FAULT=fsync:17            the 17th fsync or fdatasync fails
 *     FAULT=full:17             the 17th write and all after it find the disk full
 *     FAULT_SAYS=FILE           "hit PATH" is written here when it happens, and "calls N", how
 *                               many there were, at the end
 *
 * close() fails as it does on network file systems and full disks: the descriptor is gone, the
 * error is told. Only files that were opened for writing count; of others nothing can be lost.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void tell(const char *path, int fd);
#define FAULTY_TELL(path, fd) tell(path, fd)
#include "tests/support/faulty_io.h"

static const struct fault {
    const char *name;
    int kinds;
    enum faulty_mode mode;
    int error;
} faults[] = {{"write", FAULTY_WRITE, FAULTY_FAIL, ENOSPC},
              {"full", FAULTY_WRITE, FAULTY_FAIL_ON, ENOSPC},
              {"short", FAULTY_WRITE, FAULTY_SHORT, 0},
              {"fsync", FAULTY_SYNC, FAULTY_FAIL, EIO},
              {"truncate", FAULTY_TRUNCATE, FAULTY_FAIL, EIO},
              {"rename", FAULTY_RENAME, FAULTY_FAIL, EIO},
              {"unlink", FAULTY_UNLINK, FAULTY_FAIL, EIO},
              {"link", FAULTY_LINK, FAULTY_FAIL, EPERM},
              {"close", FAULTY_CLOSE, FAULTY_FAIL, EIO}};

static void say(const char *line)
{
    const char *path = getenv("FAULT_SAYS");
    long fd = path != NULL ? syscall(SYS_openat, AT_FDCWD, path,
                                     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
                           : -1;
    if (fd >= 0) {
        syscall(SYS_write, (int)fd, line, strlen(line));
        syscall(SYS_close, (int)fd);
    }
}

static void tell(const char *path, int fd)
{
    char link[64], found[2048] = "", line[2200];
    if (path == NULL) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, found, sizeof found - 1);
        found[n > 0 ? n : 0] = '\0';
        path = found;
    }
    snprintf(line, sizeof line, "hit %s\n", path);
    say(line);
}

static bool is_written(int fd)
{
    struct stat status;
    int flags = fcntl(fd, F_GETFL);
    return fd > STDERR_FILENO && flags >= 0 && (flags & O_ACCMODE) != O_RDONLY &&
           fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

int faulty_close(int fd) FAULTY_AS("close");
int faulty_close(int fd)
{
    bool fails = is_written(fd) && faulty_now(FAULTY_CLOSE, NULL, fd) == FAULTY_FAIL;
    int error = errno;
    int result = (int)syscall(SYS_close, fd);
    if (fails) {
        errno = error;
        return -1;
    }
    return result;
}

__attribute__((constructor)) static void begin(void)
{
    const char *plan = getenv("FAULT");
    size_t length = plan != NULL ? strcspn(plan, ":") : 0;
    for (size_t i = 0; i < sizeof faults / sizeof *faults && length > 0; i++) {
        if (strlen(faults[i].name) == length && strncmp(plan, faults[i].name, length) == 0 &&
            plan[length] == ':') {
            faulty_only(faults[i].kinds);
            faulty_plan(faults[i].mode, (int)strtol(plan + length + 1, NULL, 10),
                        faults[i].error);
        }
    }
}

__attribute__((destructor)) static void end(void)
{
    char line[64];
    snprintf(line, sizeof line, "calls %d\n", faulty_calls());
    faulty_plan(FAULTY_OFF, 0, 0);
    say(line);
}
