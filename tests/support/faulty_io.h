/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing system calls that fail, or kill the process, at the n-th one. Included by one test
 * program, or by the library that is put in front of the real program (faulty_preload.c): the
 * definitions here take the place of libc's for the program and for the libraries it uses
 * (SQLite, HDF5), also under the sanitizers. Everything goes on through syscall(2).
 *
 *     faulty_plan(FAULTY_KILL, 17, 0);      the 17th call does half its work, then SIGKILL
 *     faulty_plan(FAULTY_FAIL, 17, ENOSPC); the 17th call fails
 *     faulty_plan(FAULTY_FAIL_ON, 17, EIO); the 17th and all after it fail
 *     faulty_plan(FAULTY_SHORT, 17, 0);     the 17th call writes half of what it was given
 *     faulty_plan(FAULTY_COUNT, 0, 0);      only counts: faulty_calls()
 *     faulty_only(FAULTY_WRITE);            from here on only these are counted and fail
 */
#ifndef TESTS_SUPPORT_FAULTY_IO_H
#define TESTS_SUPPORT_FAULTY_IO_H

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum faulty_mode {
    FAULTY_OFF,
    FAULTY_COUNT,
    FAULTY_FAIL,
    FAULTY_FAIL_ON,
    FAULTY_SHORT,
    FAULTY_KILL
};
enum faulty_kind {
    FAULTY_WRITE = 1, /* pwrite too */
    FAULTY_SYNC = 2,
    FAULTY_TRUNCATE = 4,
    FAULTY_RENAME = 8,
    FAULTY_UNLINK = 16,
    FAULTY_LINK = 32,
    FAULTY_CLOSE = 64 /* in faulty_preload.c only */
};

static atomic_int faulty_mode_now, faulty_at, faulty_errno, faulty_seen, faulty_left_out;

#ifndef FAULTY_TELL /* what was hit: a path, or NULL and a descriptor */
#define FAULTY_TELL(path, fd) ((void)(path), (void)(fd))
#endif

static inline void faulty_plan(enum faulty_mode mode, int at, int errno_value)
{
    faulty_seen = 0;
    faulty_at = at;
    faulty_errno = errno_value;
    faulty_mode_now = (int)mode;
}

static inline void faulty_only(int kinds)
{
    faulty_left_out = ~kinds;
}

static inline int faulty_calls(void)
{
    return faulty_seen;
}

/* FAULTY_FAIL: this call is to fail (errno is set). FAULTY_SHORT, FAULTY_KILL: it does half of
 * its work, and the process dies after that of the latter. */
static enum faulty_mode faulty_now(enum faulty_kind kind, const char *path, int fd)
{
    int mode = faulty_mode_now;
    if (mode == FAULTY_OFF || ((int)kind & faulty_left_out) != 0) {
        return FAULTY_OFF;
    }
    int n = atomic_fetch_add(&faulty_seen, 1) + 1;
    bool is_it = n == faulty_at || (mode == FAULTY_FAIL_ON && n > faulty_at);
    if (mode == FAULTY_COUNT || !is_it) {
        return FAULTY_OFF;
    }
    FAULTY_TELL(path, fd);
    errno = faulty_errno;
    return mode == FAULTY_FAIL_ON ? FAULTY_FAIL : (enum faulty_mode)mode;
}

static void faulty_die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

/* Calls that have no half: they happen or not, by turns. */
#define FAULTY_WHOLE(kind, path, fd, call)                                                     \
    do {                                                                                       \
        enum faulty_mode now = faulty_now(kind, path, fd);                                     \
        if (now == FAULTY_FAIL) {                                                              \
            return -1;                                                                         \
        }                                                                                      \
        long result = now != FAULTY_KILL || faulty_at % 2 == 0 ? (call) : 0;                   \
        if (now == FAULTY_KILL) {                                                              \
            faulty_die();                                                                      \
        }                                                                                      \
        return (int)result;                                                                    \
    } while (0)

/* The names are given as the linker sees them: with _FILE_OFFSET_BITS=64 the headers rename
 * pwrite to pwrite64, and libraries may use either. */
#define FAULTY_AS(name) __asm__(name)

ssize_t faulty_write(int fd, const void *at, size_t n) FAULTY_AS("write");
ssize_t faulty_pwrite(int fd, const void *at, size_t n, off_t to) FAULTY_AS("pwrite");
ssize_t faulty_pwrite64(int fd, const void *at, size_t n, off_t to) FAULTY_AS("pwrite64");
int faulty_fsync(int fd) FAULTY_AS("fsync");
int faulty_fdatasync(int fd) FAULTY_AS("fdatasync");
int faulty_ftruncate(int fd, off_t n) FAULTY_AS("ftruncate");
int faulty_ftruncate64(int fd, off_t n) FAULTY_AS("ftruncate64");
int faulty_rename(const char *from, const char *to) FAULTY_AS("rename");
int faulty_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
    FAULTY_AS("renameat2");
int faulty_unlink(const char *path) FAULTY_AS("unlink");
int faulty_link(const char *from, const char *to) FAULTY_AS("link");

/* Half of a byte is none, and then a whole one is as short as it gets. */
static size_t faulty_share(enum faulty_mode now, size_t n)
{
    return now == FAULTY_KILL ? n / 2 : now == FAULTY_SHORT ? (n + 1) / 2 : n;
}

ssize_t faulty_write(int fd, const void *at, size_t n)
{
    if (fd <= STDERR_FILENO) {
        return syscall(SYS_write, fd, at, n);
    }
    enum faulty_mode now = faulty_now(FAULTY_WRITE, NULL, fd);
    if (now == FAULTY_FAIL) {
        return -1;
    }
    ssize_t put = syscall(SYS_write, fd, at, faulty_share(now, n));
    if (now == FAULTY_KILL) {
        faulty_die();
    }
    return put;
}

ssize_t faulty_pwrite64(int fd, const void *at, size_t n, off_t to)
{
    enum faulty_mode now = faulty_now(FAULTY_WRITE, NULL, fd);
    if (now == FAULTY_FAIL) {
        return -1;
    }
    ssize_t put = syscall(SYS_pwrite64, fd, at, faulty_share(now, n), to);
    if (now == FAULTY_KILL) {
        faulty_die();
    }
    return put;
}

ssize_t faulty_pwrite(int fd, const void *at, size_t n, off_t to)
{
    return faulty_pwrite64(fd, at, n, to);
}

int faulty_fsync(int fd)
{
    FAULTY_WHOLE(FAULTY_SYNC, NULL, fd, syscall(SYS_fsync, fd));
}

int faulty_fdatasync(int fd)
{
    FAULTY_WHOLE(FAULTY_SYNC, NULL, fd, syscall(SYS_fdatasync, fd));
}

int faulty_ftruncate64(int fd, off_t n)
{
    FAULTY_WHOLE(FAULTY_TRUNCATE, NULL, fd, syscall(SYS_ftruncate, fd, n));
}

int faulty_ftruncate(int fd, off_t n)
{
    return faulty_ftruncate64(fd, n);
}

int faulty_rename(const char *from, const char *to)
{
    FAULTY_WHOLE(FAULTY_RENAME, to, -1,
                 syscall(SYS_renameat, -100 /* AT_FDCWD */, from, -100, to));
}

int faulty_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    FAULTY_WHOLE(FAULTY_RENAME, to, -1, syscall(SYS_renameat2, a, from, b, to, flags));
}

int faulty_unlink(const char *path)
{
    FAULTY_WHOLE(FAULTY_UNLINK, path, -1, syscall(SYS_unlinkat, -100, path, 0));
}

int faulty_link(const char *from, const char *to)
{
    FAULTY_WHOLE(FAULTY_LINK, to, -1, syscall(SYS_linkat, -100, from, -100, to, 0));
}

#endif
