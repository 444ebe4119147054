/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing system calls that fail, or kill the process, at the n-th one. Included by one test
 * program: the definitions here take the place of libc's for the program and for the libraries
 * it uses (SQLite, HDF5), also under the sanitizers. Everything goes on through syscall(2).
 *
 *     faulty_plan(FAULTY_KILL, 17, 0);      the 17th call does half its work, then SIGKILL
 *     faulty_plan(FAULTY_FAIL, 17, ENOSPC); the 17th call fails
 *     faulty_plan(FAULTY_FAIL_ON, 17, EIO); the 17th and all after it fail
 *     faulty_plan(FAULTY_COUNT, 0, 0);      only counts: faulty_calls()
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

enum faulty_mode { FAULTY_OFF, FAULTY_COUNT, FAULTY_FAIL, FAULTY_FAIL_ON, FAULTY_KILL };

static atomic_int faulty_mode_now, faulty_at, faulty_errno, faulty_seen;

static inline void faulty_plan(enum faulty_mode mode, int at, int errno_value)
{
    faulty_seen = 0;
    faulty_at = at;
    faulty_errno = errno_value;
    faulty_mode_now = (int)mode;
}

static inline int faulty_calls(void)
{
    return faulty_seen;
}

/* True: this call is to fail (errno is set). is_last: the process dies after half of it. */
static bool faulty_now(bool *is_last)
{
    int mode = faulty_mode_now;
    *is_last = false;
    if (mode == FAULTY_OFF) {
        return false;
    }
    int n = atomic_fetch_add(&faulty_seen, 1) + 1;
    if (mode == FAULTY_KILL && n == faulty_at) {
        *is_last = true;
        return false;
    }
    if ((mode == FAULTY_FAIL && n == faulty_at) || (mode == FAULTY_FAIL_ON && n >= faulty_at)) {
        errno = faulty_errno;
        return true;
    }
    return false;
}

static void faulty_die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

/* Calls that have no half: they happen or not, by turns. */
#define FAULTY_WHOLE(call)                                                                     \
    do {                                                                                       \
        bool is_last;                                                                          \
        if (faulty_now(&is_last)) {                                                            \
            return -1;                                                                         \
        }                                                                                      \
        long result = !is_last || faulty_at % 2 == 0 ? (call) : 0;                             \
        if (is_last) {                                                                         \
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

ssize_t faulty_write(int fd, const void *at, size_t n)
{
    bool is_last;
    if (fd <= STDERR_FILENO) {
        return syscall(SYS_write, fd, at, n);
    }
    if (faulty_now(&is_last)) {
        return -1;
    }
    ssize_t put = syscall(SYS_write, fd, at, is_last ? n / 2 : n);
    if (is_last) {
        faulty_die();
    }
    return put;
}

ssize_t faulty_pwrite64(int fd, const void *at, size_t n, off_t to)
{
    bool is_last;
    if (faulty_now(&is_last)) {
        return -1;
    }
    ssize_t put = syscall(SYS_pwrite64, fd, at, is_last ? n / 2 : n, to);
    if (is_last) {
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
    FAULTY_WHOLE(syscall(SYS_fsync, fd));
}

int faulty_fdatasync(int fd)
{
    FAULTY_WHOLE(syscall(SYS_fdatasync, fd));
}

int faulty_ftruncate64(int fd, off_t n)
{
    FAULTY_WHOLE(syscall(SYS_ftruncate, fd, n));
}

int faulty_ftruncate(int fd, off_t n)
{
    return faulty_ftruncate64(fd, n);
}

int faulty_rename(const char *from, const char *to)
{
    FAULTY_WHOLE(syscall(SYS_renameat, -100 /* AT_FDCWD */, from, -100, to));
}

int faulty_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    FAULTY_WHOLE(syscall(SYS_renameat2, a, from, b, to, flags));
}

int faulty_unlink(const char *path)
{
    FAULTY_WHOLE(syscall(SYS_unlinkat, -100, path, 0));
}

#endif
