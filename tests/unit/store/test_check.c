/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/store/check.h"
#include "src/store/seal.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;
static struct import_result imported;

static int setup(void **state)
{
    store_scene_setup(state);
    store_scene_import(&scene, 1, "P01", &imported);
    return 0;
}

struct seen {
    enum check_kind kind;
    int n;
    char subject[256];
};

static void see(void *user, const struct check_finding *finding)
{
    struct seen *self = user;
    self->kind = finding->kind;
    self->n++;
    snprintf(self->subject, sizeof self->subject, "%s", finding->subject);
}

/* Exactly one finding, of this kind. */
static void assert_finds(enum check_kind kind)
{
    struct seen seen = {.n = 0};
    struct check_totals totals;
    if (check_store(&scene.store, NULL, see, &seen, &totals, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(seen.n, 1);
    assert_string_equal(check_kind_word(seen.kind), check_kind_word(kind));
    assert_int_equal(totals.broken, check_is_leftover(kind) ? 0 : 1);
    assert_int_equal(totals.leftovers, check_is_leftover(kind) ? 1 : 0);
    assert_true(check_sentence_ja(kind)[0] != '\0' && check_sentence_en(kind)[0] != '\0');
}

static const char *file_of(const char *part, const char *name)
{
    static struct text path;
    static char out[4096];
    text_init(&path);
    store_path(&scene.store, part, name, &path, &why);
    snprintf(out, sizeof out, "%s", text_string(&path));
    text_release(&path);
    return out;
}

static const char *original(void)
{
    char name[ARCHIVE_NAME_BYTES];
    snprintf(name, sizeof name, "%s.cwa", imported.row.sha256);
    return file_of(STORE_ARCHIVE, name);
}

static const char *series(void)
{
    return file_of(STORE_RECORDINGS, imported.row.h5_name);
}

static void flip_a_byte(const char *path)
{
    uint8_t byte = 0;
    chmod(path, 0600);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, 5000), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 5000), 1);
    close(fd);
}

static void touch(const char *path)
{
    check_write_text(path, "x");
}

static void a_sound_store_has_nothing_to_say(void **state)
{
    (void)state;
    struct seen seen = {.n = 0};
    struct check_totals totals;
    assert_int_equal(check_store(&scene.store, NULL, see, &seen, &totals, &why), YK_OK);
    assert_int_equal(seen.n, 0);
    assert_int_equal(totals.recordings, 1);
    assert_int_equal(totals.originals, 1);
    assert_int_equal(totals.analyses, 1);
    assert_int_equal(totals.persons, 1);
    assert_int_equal(totals.bytes, imported.row.bytes);
    assert_int_equal(strlen(totals.audit_hash), 64);
}

static void a_changed_or_missing_original_is_found(void **state)
{
    (void)state;
    flip_a_byte(original());
    assert_finds(CHECK_original_damaged);
    assert_int_equal(unlink(original()), 0);
    assert_finds(CHECK_original_missing);
}

static void a_changed_or_missing_series_is_found(void **state)
{
    (void)state;
    flip_a_byte(series());
    assert_finds(CHECK_series_damaged);
    assert_int_equal(unlink(series()), 0);
    assert_finds(CHECK_series_missing);
}

static void rows_that_disagree_with_their_series_are_found(void **state)
{
    (void)state;
    assert_int_equal(
        db_run(scene.store.db, "UPDATE analysis SET nights_n = nights_n + 1", &why), YK_OK);
    assert_int_equal(seal_all(scene.store.db, &why), YK_OK); /* by somebody who knew how */
    assert_finds(CHECK_series_differs);
    assert_int_equal(db_run(scene.store.db,
                            "UPDATE analysis SET nights_n = nights_n - 1;"
                            "UPDATE rhythm SET activity_mean = 1.5",
                            &why),
                     YK_OK);
    assert_int_equal(seal_all(scene.store.db, &why), YK_OK);
    assert_finds(CHECK_series_differs);
}

static void a_hand_at_the_database_is_found(void **state)
{
    (void)state;
    assert_int_equal(db_run(scene.store.db, "UPDATE person SET group_name = 'B'", &why), YK_OK);
    assert_finds(CHECK_row_changed);
    assert_int_equal(db_run(scene.store.db,
                            "UPDATE person SET group_name = NULL; INSERT INTO person (code, "
                            "added_ns) VALUES ('P66', 1)",
                            &why),
                     YK_OK);
    assert_finds(CHECK_row_added);
    assert_int_equal(db_run(scene.store.db,
                            "DELETE FROM person WHERE code = 'P66'; INSERT INTO seal VALUES "
                            "('person', '67', '')",
                            &why),
                     YK_OK);
    assert_finds(CHECK_row_missing);
}

static void what_interruptions_leave_is_named(void **state)
{
    (void)state;
    touch(file_of(STORE_ARCHIVE, "incoming-1-2-3.part"));
    assert_finds(CHECK_unfinished_copy);
    unlink(file_of(STORE_ARCHIVE, "incoming-1-2-3.part"));
    touch(file_of(STORE_RECORDINGS, "0123456789ab.h5"));
    assert_finds(CHECK_series_unrecorded);
    unlink(file_of(STORE_RECORDINGS, "0123456789ab.h5"));
    touch(file_of(STORE_RECORDINGS, "0123456789ab.h5.part"));
    assert_finds(CHECK_unfinished_copy);
    unlink(file_of(STORE_RECORDINGS, "0123456789ab.h5.part"));
    char name[80];
    memset(name, 'c', 64);
    snprintf(name + 64, 8, ".cwa");
    touch(file_of(STORE_ARCHIVE, name));
    assert_finds(CHECK_original_unrecorded);
    unlink(file_of(STORE_ARCHIVE, name));
    touch(file_of(STORE_ARCHIVE, "notes.txt"));
    assert_finds(CHECK_foreign_file);
    unlink(file_of(STORE_ARCHIVE, "notes.txt"));
    assert_int_equal(
        db_run(scene.store.db, "INSERT INTO doomed VALUES ('archive/x.cwa')", &why), YK_OK);
    assert_finds(CHECK_deletion_unfinished);
}

static void an_archived_recording_without_analysis_is_named(void **state)
{
    (void)state;
    assert_int_equal(db_run(scene.store.db,
                            "DELETE FROM analysis; DELETE FROM seal WHERE of = 'analysis'",
                            &why),
                     YK_OK);
    assert_int_equal(unlink(series()), 0);
    assert_finds(CHECK_not_analysed);
}

static void a_changed_audit_line_is_found(void **state)
{
    (void)state;
    assert_int_equal(db_run(scene.store.db,
                            "DROP TRIGGER audit_is_fixed;"
                            "UPDATE audit SET detail = 'P99' WHERE action = 'archive'",
                            &why),
                     YK_OK);
    assert_finds(CHECK_audit_changed);
}

static void a_row_without_its_partner_is_found(void **state)
{
    (void)state;
    assert_int_equal(db_run(scene.store.db,
                            "PRAGMA foreign_keys = OFF; INSERT INTO night (analysis, number, "
                            "exclude) VALUES (4711, 1, 0)",
                            &why),
                     YK_OK);
    assert_finds(CHECK_reference_broken);
}

static void checking_can_be_stopped(void **state)
{
    (void)state;
    atomic_bool stop = true;
    struct job job = {.cancel = &stop};
    struct check_totals totals;
    assert_int_equal(check_store(&scene.store, &job, NULL, NULL, &totals, &why),
                     YK_ERR_CANCELLED);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(a_sound_store_has_nothing_to_say),
        T(a_changed_or_missing_original_is_found),
        T(a_changed_or_missing_series_is_found),
        T(rows_that_disagree_with_their_series_are_found),
        T(a_hand_at_the_database_is_found),
        T(what_interruptions_leave_is_named),
        T(an_archived_recording_without_analysis_is_named),
        T(a_changed_audit_line_is_found),
        T(a_row_without_its_partner_is_found),
        T(checking_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
