/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/dock/part_file.h"

static struct part_note made(void)
{
    struct part_note note = {.owner = {.model = "AX6",
                                       .serial = "6011834",
                                       .size = 90000,
                                       .last_changed_ns = TIME_UNKNOWN},
                             .length = 65536,
                             .is_verified = true,
                             .counts = {.n_sectors = 126, .n_healed = 3, .has_header = true}};
    digest_of_memory("a", 1, note.owner.header_sha256);
    digest_of_memory("b", 1, note.sha256);
    return note;
}

static void part_note_reads_what_it_wrote(void **state)
{
    struct part_note note = made(), read;
    struct text text;
    (void)state;
    memset(&read, 0, sizeof read);
    text_init(&text);
    part_note_write(&note, &text);
    assert_true(part_note_read(text_string(&text), &read));
    assert_true(part_owner_is_same(&note.owner, &read.owner));
    assert_int_equal(read.length, 65536);
    assert_string_equal(read.sha256, note.sha256);
    assert_int_equal(read.counts.n_sectors, 126);
    assert_int_equal(read.counts.n_healed, 3);
    assert_true(read.counts.has_header && read.is_verified && !read.is_complete);
    text_release(&text);
}

static void part_note_is_refused_when_one_letter_changed_or_its_end_is_missing(void **state)
{
    struct part_note note = made(), read;
    struct text text;
    char copy[2000];
    (void)state;
    text_init(&text);
    part_note_write(&note, &text);
    assert_true(text.length < sizeof copy);
    for (size_t i = 0; i < text.length; i++) {
        memcpy(copy, text_string(&text), text.length + 1);
        copy[i] ^= 1;
        assert_false(part_note_read(copy, &read));
        copy[i] = '\0';
        assert_false(part_note_read(copy, &read));
    }
    text_release(&text);
}

static void part_owner_differs_by_size_and_last_change(void **state)
{
    struct part_note a = made(), b = made();
    (void)state;
    b.owner.size++;
    assert_false(part_owner_is_same(&a.owner, &b.owner));
    b = made();
    b.owner.last_changed_ns = 5;
    assert_false(part_owner_is_same(&a.owner, &b.owner));
}

static void write_file(const char *folder, const char *name, const char *words, int64_t age_s)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check_write_text(path, words);
    struct timespec times[2] = {{clock_now_utc_ns() / NS_PER_S - age_s, 0}};
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const char *folder, const char *name)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void
part_file_sweep_removes_old_notes_of_verified_copies_and_nothing_with_bytes(void **state)
{
    struct part_note note = made();
    struct text open, complete, doubtful;
    char folder[1000];
    (void)state;
    snprintf(folder, sizeof folder, "%s", check_scratch("sweep"));
    text_init(&open);
    text_init(&complete);
    text_init(&doubtful);
    part_note_write(&note, &open);
    note.is_complete = true;
    part_note_write(&note, &complete);
    note.is_verified = false;
    part_note_write(&note, &doubtful);
    write_file(folder, "a.resume", text_string(&complete), 100 * 86400);
    write_file(folder, "b.resume", text_string(&complete), 80 * 86400);
    write_file(folder, "c.resume", text_string(&open), 1000 * 86400);
    write_file(folder, "c.part", "bytes", 1000 * 86400);
    write_file(folder, "d.resume.part", "half", 5);
    write_file(folder, "e.kept-1", "bytes", 1000 * 86400);
    write_file(folder, "f.resume", text_string(&doubtful), 1000 * 86400);
    part_file_sweep(folder);
    assert_false(is_there(folder, "a.resume"));
    assert_true(is_there(folder, "b.resume"));
    assert_true(is_there(folder, "c.resume"));
    assert_true(is_there(folder, "c.part"));
    assert_false(is_there(folder, "d.resume.part"));
    assert_true(is_there(folder, "e.kept-1"));
    assert_true(is_there(folder, "f.resume"));
    text_release(&open);
    text_release(&complete);
    text_release(&doubtful);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part_note_reads_what_it_wrote),
        cmocka_unit_test(part_note_is_refused_when_one_letter_changed_or_its_end_is_missing),
        cmocka_unit_test(part_owner_differs_by_size_and_last_change),
        cmocka_unit_test(
            part_file_sweep_removes_old_notes_of_verified_copies_and_nothing_with_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
