/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What cmocka lacks: comparing doubles with a tolerance, and finding the reference data.
 */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <stdbool.h>

/* cmocka.h wants these first, and in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Fails unless |actual - expected| <= tolerance; two NaN are equal. */
#define assert_close(actual, expected, tolerance)                                              \
    check_close((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)
void check_close(double actual, double expected, double tolerance, const char *what,
                 const char *file, int line);

/* Under a sanitizer everything takes ten times as long, and it finds in a few repetitions what
 * it would find in many: tests that repeat something do it less often, and expect the same. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CHECK_IS_SLOW = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { CHECK_IS_SLOW = 1 };
#else
enum { CHECK_IS_SLOW = 0 };
#endif
#else
enum { CHECK_IS_SLOW = 0 };
#endif

/* Path of a file of the reference data ("data/cwa/ax3_testfile.cwa") below $YOAKE_SHARED or
 * ../shared; NULL, after saying loudly that the test is skipped, when it is not there. The
 * pointer is valid until the next call. Use: `SHARED_OR_SKIP(path, "data/...");` */
const char *check_shared(const char *relative);
#define SHARED_OR_SKIP(variable, relative)                                                     \
    const char *variable = check_shared(relative);                                             \
    if (variable == NULL)                                                                      \
    skip()

/* Whole file in memory (NULL when missing); caller frees with free(). gz files are unpacked. */
char *check_read_file(const char *path, size_t *size);
/* Makes, or makes anew, a file of n bytes. */
void check_write_file(const char *path, const void *at, size_t n);
void check_write_text(const char *path, const char *text);

/* Whether this is a mount point, by the list of the system, and statx() tells it (Linux 5.8).
 */
bool check_is_mount(const char *path);

/* Fresh empty folder for this test below $TMPDIR or /tmp; removed by check_remove(). The name
 * is valid until the next call of this thread. */
const char *check_scratch(const char *name);
void check_remove(const char *folder);

/* A scratch folder for each test of a program, and the path of a file in it that is not made:
 * `static struct scratch scratch = {.file = "記録.h5"};`, and SCRATCH_TEST(name, scratch) in
 * the list of tests. */
struct scratch {
    const char *file;
    char folder[2048], path[2100];
};
int scratch_setup(void **state);
int scratch_teardown(void **state);
#define SCRATCH_TEST(name, scratch)                                                            \
    cmocka_unit_test_prestate_setup_teardown(name, scratch_setup, scratch_teardown, &(scratch))

#endif
