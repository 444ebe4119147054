/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/store/loans.h"
#include "src/store/persons.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

#define TEN "1234567890"

static void codes_are_printable_and_fit_into_a_file_name(void **state)
{
    (void)state;
    static const char *const good[] = {
        "P01", "参加者-01", "a b", "é", "x_1.2", "0", "all2", (TEN TEN TEN TEN TEN TEN "123")};
    static const char *const bad[] = {
        "",     "a/b",      "a\\b",      "-x",       ".x",
        " a",   "a ",       "all",       "a\nb",     "\x7f",
        "\xff", "\xC0\x80", "a\xC2\x85", "\xE3\x81", (TEN TEN TEN TEN TEN TEN "1234")};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(person_check_code(good[i], &why), YK_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(person_check_code(bad[i], &why), YK_ERR_ARGUMENT);
        assert_true(why.text[0] != '\0');
    }
}

/* An input method left on types Ｐ０１ for P01: two people for whoever reads them aloud. */
static void full_width_letters_make_no_second_person(void **state)
{
    (void)state;
    struct person person;
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "Ｐ０１", NULL, NULL, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "write P01"));
    assert_int_equal(person_add(&scene.store, "参加者－７", NULL, NULL, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "write 参加者-7"));
    assert_int_equal(person_set(&scene.store, "P01", "ｐ～", NULL, NULL, &why),
                     YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "write p~"));
    assert_int_equal(person_find(&scene.store, "Ｐ０１", &person, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "write P01"));
    assert_int_equal(person_add(&scene.store, "参加者ア、", NULL, NULL, &why), YK_OK);
}

static void a_participant_is_added_once_and_listed_by_code(void **state)
{
    (void)state;
    struct person *list = NULL;
    size_t n = 0;
    assert_int_equal(person_add(&scene.store, "P02", "Asia/Tokyo", "B", &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_ERR_CONFLICT);
    assert_int_equal(person_add(&scene.store, "P03", "Nowhere/City", NULL, &why),
                     YK_ERR_ARGUMENT);
    assert_int_equal(person_list(&scene.store, &list, &n, &why), YK_OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].code, "P01");
    assert_string_equal(list[1].zone, "Asia/Tokyo");
    assert_string_equal(list[1].group, "B");
    mem_free(list);
}

static void a_code_that_is_not_there_names_the_nearest(void **state)
{
    (void)state;
    struct person person;
    assert_int_equal(person_find(&scene.store, "P01", &person, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "yoake participant add P01"));
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_find(&scene.store, "P10", &person, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "P01"));
}

static void values_are_changed_one_by_one(void **state)
{
    (void)state;
    struct person person;
    assert_int_equal(person_add(&scene.store, "P01", "Asia/Tokyo", "A", &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_set(&scene.store, "P01", "P09", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_find(&scene.store, "P09", &person, &why), YK_OK);
    assert_string_equal(person.zone, "Asia/Tokyo");
    assert_int_equal(person_set(&scene.store, "P09", NULL, "", "C", &why), YK_OK);
    assert_int_equal(person_find(&scene.store, "P09", &person, &why), YK_OK);
    assert_string_equal(person.zone, "");
    assert_string_equal(person.group, "C");
    assert_int_equal(person_set(&scene.store, "P09", "P02", NULL, NULL, &why), YK_ERR_CONFLICT);
    assert_int_equal(person_set(&scene.store, "P77", NULL, NULL, "x", &why), YK_ERR_NO_DEVICE);
}

/* 21 Japanese characters fit, 22 do not; what is refused is not cut and kept. */
static void a_group_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const char twenty_one[] = "あいうえおかきくけこさしすせそたちつてとな";
    static const char twenty_two[] = "あいうえおかきくけこさしすせそたちつてとなに";
    struct person person;
    assert_int_equal(person_add(&scene.store, "P01", NULL, twenty_two, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "'あいうえおかきくけこさしす...'"));
    assert_int_equal(person_add(&scene.store, "P01", NULL, twenty_one, &why), YK_OK);
    assert_int_equal(person_set(&scene.store, "P01", NULL, NULL, twenty_two, &why),
                     YK_ERR_ARGUMENT);
    assert_int_equal(person_set(&scene.store, "P01", NULL, NULL, "a\nb", &why),
                     YK_ERR_ARGUMENT);
    assert_int_equal(person_set(&scene.store, "P01", NULL, "Asia/Tokyo", NULL, &why), YK_OK);
    assert_int_equal(person_find(&scene.store, "P01", &person, &why), YK_OK);
    assert_string_equal(person.group, twenty_one);
}

static void only_a_participant_without_recordings_is_removed(void **state)
{
    (void)state;
    struct import_result result;
    store_scene_import(&scene, 1, "P01", &result);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_remove(&scene.store, "P01", &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "participant delete P01"));
    assert_int_equal(person_remove(&scene.store, "P02", &why), YK_OK);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM person"), 1);
}

static void deletion_takes_everything_of_one_person_and_nothing_of_another(void **state)
{
    (void)state;
    struct import_result one, two, other;
    struct person_receipt receipt;
    struct text path;
    text_init(&path);
    store_scene_import(&scene, 1, "P01", &one);
    store_scene_import(&scene, 2, "P01", &two);
    store_scene_import(&scene, 3, "P02", &other);
    /* What somebody wrote about them goes, too; the audit, which nothing leaves, never had it.
     */
    assert_int_equal(
        recording_exclude(&scene.store, one.row.id, true, "something told in private", &why),
        YK_OK);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM reason"), 1);
    person_receipt_init(&receipt);
    assert_int_equal(person_delete(&scene.store, "P01", &receipt, &why), YK_OK);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM reason"), 0);
    assert_int_equal(
        store_scene_number(&scene, "SELECT count(*) FROM audit WHERE detail LIKE '%private%'"),
        0);
    assert_int_equal(receipt.n_recordings, 2);
    assert_int_equal(receipt.n_analyses, 2);
    assert_int_equal(receipt.bytes, one.row.bytes + two.row.bytes);
    assert_non_null(strstr(text_string(&receipt.files), one.row.sha256));
    assert_int_equal(strlen(receipt.audit_hash), 64);
    person_receipt_release(&receipt);
    const struct import_result *all[] = {&one, &two, &other};
    for (size_t i = 0; i < 3; i++) {
        char name[ARCHIVE_NAME_BYTES];
        snprintf(name, sizeof name, "%s.cwa", all[i]->row.sha256);
        store_path(&scene.store, STORE_ARCHIVE, name, &path, &why);
        assert_int_equal(disk_is_file(text_string(&path)), i == 2);
        store_path(&scene.store, STORE_RECORDINGS, all[i]->row.h5_name, &path, &why);
        assert_int_equal(disk_is_file(text_string(&path)), i == 2);
    }
    text_release(&path);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 1);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM rhythm"), 1);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM doomed"), 0);
    assert_int_equal(
        store_scene_number(&scene, "SELECT count(*) FROM audit WHERE action = 'participant "
                                   "delete' AND subject = 'P01'"),
        1);
}

static void mark_as_doomed(const char *part, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", part, name);
    assert_int_equal(db_runv(scene.store.db, &why, "INSERT INTO doomed VALUES (?)", "t", path),
                     YK_OK);
}

static bool has_file(const char *part, const char *name)
{
    struct text path;
    text_init(&path);
    assert_int_equal(store_path(&scene.store, part, name, &path, &why), YK_OK);
    bool has = disk_is_file(text_string(&path));
    text_release(&path);
    return has;
}

/* A deletion ended by force left its list; the recording came back before the next sweep. */
static void a_doomed_file_that_came_back_or_is_in_use_is_not_removed(void **state)
{
    (void)state;
    struct import_result one;
    struct text path, used;
    char name[ARCHIVE_NAME_BYTES], other[ARCHIVE_NAME_BYTES];
    int lock = -1;
    store_scene_import(&scene, 1, "P01", &one);
    snprintf(name, sizeof name, "%s.cwa", one.row.sha256);
    mark_as_doomed(STORE_ARCHIVE, name);
    mark_as_doomed(STORE_RECORDINGS, one.row.h5_name);
    snprintf(other, sizeof other, "%064d.cwa", 7);
    mark_as_doomed(STORE_ARCHIVE, other);
    text_init(&path);
    text_init(&used);
    store_path(&scene.store, STORE_ARCHIVE, NULL, &path, &why);
    store_path(&scene.store, STORE_ARCHIVE, other, &used, &why);
    check_write_text(text_string(&used), "");
    assert_int_equal(archive_try_lock(text_string(&path), other, &lock, &why), YK_OK);
    assert_int_equal(store_remove_doomed(&scene.store, &why), YK_OK);
    assert_true(has_file(STORE_ARCHIVE, name));
    assert_true(has_file(STORE_RECORDINGS, one.row.h5_name));
    assert_true(has_file(STORE_ARCHIVE, other));
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM doomed"), 1);
    archive_unlock(lock);
    assert_int_equal(store_remove_doomed(&scene.store, &why), YK_OK);
    assert_false(has_file(STORE_ARCHIVE, other));
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM doomed"), 0);
    text_release(&used);
    text_release(&path);
}

/* The loan goes with the participant, and with it what tells whose the waiting recording is. */
static void nobody_is_deleted_while_a_recording_of_theirs_waits_unassigned(void **state)
{
    (void)state;
    struct import_result waiting, other;
    struct person_receipt receipt;
    struct loan loan;
    store_scene_import(&scene, 1, PERSON_UNASSIGNED, &waiting);
    store_scene_import(&scene, 2, "P02", &other);
    assert_int_equal(person_add(&scene.store, "P03", NULL, NULL, &why), YK_OK);
    static const char *const lent_to[] = {"P03", "P02"};
    for (size_t i = 0; i < 2; i++) { /* P03 had it until a minute before, P02 from then on */
        loan_init(&loan);
        snprintf(loan.device_serial, sizeof loan.device_serial, "%s",
                 waiting.row.device_serial);
        snprintf(loan.person, sizeof loan.person, "%s", lent_to[i]);
        loan.from_ns = waiting.row.start_ns - (i == 0 ? NS_PER_H : 60 * NS_PER_S);
        loan.to_ns = i == 0 ? waiting.row.start_ns - 60 * NS_PER_S : TIME_UNKNOWN;
        assert_int_equal(loan_add(&scene.store, &loan, &why), YK_OK);
    }
    person_receipt_init(&receipt);
    assert_int_equal(person_delete(&scene.store, "P02", &receipt, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, waiting.row.id));
    assert_non_null(strstr(why.text, "yoake recording assign "));
    assert_non_null(strstr(why.text, " P02 --reason TEXT"));
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 2);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), 2);
    person_receipt_release(&receipt);

    person_receipt_init(&receipt);
    assert_int_equal(person_delete(&scene.store, "P03", &receipt, &why), YK_OK);
    person_receipt_release(&receipt);
    assert_int_equal(recording_assign(&scene.store, waiting.row.id, "P02", "the ledger", &why),
                     YK_OK);
    person_receipt_init(&receipt);
    assert_int_equal(person_delete(&scene.store, "P02", &receipt, &why), YK_OK);
    assert_int_equal(receipt.n_recordings, 2);
    person_receipt_release(&receipt);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 0);
}

/* A clock that was reset tells no days; the session id that the dock wrote down does. */
static void a_session_id_tells_whose_a_waiting_recording_is(void **state)
{
    (void)state;
    struct import_result waiting;
    struct person_receipt receipt;
    store_scene_import(&scene, 1, PERSON_UNASSIGNED, &waiting);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(
        db_run(scene.store.db,
               "INSERT INTO loan (device_serial, person, from_ns, to_ns, state, session) "
               "SELECT 'X9', id, 1, 2, 'confirmed', 77 FROM person WHERE code = 'P02';"
               "INSERT INTO docking (at_ns, device_serial, session, is_verified, recording, "
               "outcome) SELECT 9, 'X9', 78, 'yes', id, 'unassigned' FROM recording",
               &why),
        YK_OK);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM docking"), 1);
    assert_int_equal(db_run(scene.store.db, "UPDATE docking SET session = 77", &why), YK_OK);
    person_receipt_init(&receipt);
    assert_int_equal(person_delete(&scene.store, "P02", &receipt, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, waiting.row.id));
    assert_int_equal(db_run(scene.store.db, "UPDATE docking SET session = 78", &why), YK_OK);
    assert_int_equal(person_delete(&scene.store, "P02", &receipt, &why), YK_OK);
    person_receipt_release(&receipt);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 1);
}

static void a_deletion_that_was_interrupted_is_finished_by_the_next_sweep(void **state)
{
    (void)state;
    struct import_result one;
    struct text path;
    size_t n = 0;
    text_init(&path);
    store_scene_import(&scene, 1, "P01", &one);
    /* as if the power had gone between the rows and the files */
    assert_int_equal(
        db_run(scene.store.db,
               "INSERT INTO doomed SELECT 'archive/' || sha256 || '.cwa' FROM "
               "recording; INSERT INTO doomed SELECT 'recordings/' || h5_name FROM "
               "analysis; DELETE FROM analysis; DELETE FROM recording;",
               &why),
        YK_OK);
    assert_int_equal(import_sweep(&scene.store, &n, &why), YK_OK);
    store_path(&scene.store, STORE_RECORDINGS, one.row.h5_name, &path, &why);
    assert_false(disk_is_file(text_string(&path)));
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM doomed"), 0);
    text_release(&path);
}

static void capital_letters_make_no_second_person(void **state)
{
    (void)state;
    struct person person;
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "p01", NULL, NULL, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "write P01"));
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_set(&scene.store, "P02", "p01", NULL, NULL, &why), YK_ERR_CONFLICT);
    assert_int_equal(person_set(&scene.store, "P02", "p02", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_find(&scene.store, "p02", &person, &why), YK_OK);
}

int main(void)
{
#define T(name) STORE_TEST(name, scene)
    const struct CMUnitTest tests[] = {
        T(codes_are_printable_and_fit_into_a_file_name),
        T(full_width_letters_make_no_second_person),
        T(capital_letters_make_no_second_person),
        T(a_participant_is_added_once_and_listed_by_code),
        T(a_code_that_is_not_there_names_the_nearest),
        T(values_are_changed_one_by_one),
        T(a_group_that_does_not_fit_is_refused),
        T(only_a_participant_without_recordings_is_removed),
        T(deletion_takes_everything_of_one_person_and_nothing_of_another),
        T(a_doomed_file_that_came_back_or_is_in_use_is_not_removed),
        T(nobody_is_deleted_while_a_recording_of_theirs_waits_unassigned),
        T(a_session_id_tells_whose_a_waiting_recording_is),
        T(a_deletion_that_was_interrupted_is_finished_by_the_next_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
