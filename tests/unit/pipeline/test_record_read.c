/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pipeline/record_read.h"
#include "src/pipeline/records_csv.h"
#include "src/simulate/simulate.h"
#include "src/store/consents.h"
#include "src/store/diaries.h"
#include "src/store/edits.h"
#include "src/store/notes.h"
#include "src/store/plans.h"
#include "src/store/rewordings.h"
#include "src/store/seal.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct zone *tokyo;
static struct failure why;
static struct import_result imported;

/* Three nights of a regular sleeper, from 2026-05-11 10:00, in a store of P01. */
static int make(void **state)
{
    (void)state;
    char path[2400];
    struct simulation simulation;
    struct truth truth;
    struct parameters parameters;
    store_scene_make(&scene);
    assert_int_equal(zone_open("Asia/Tokyo", &tokyo, &why), YK_OK);
    simulation_init(&simulation, tokyo);
    simulation.days = 3.2;
    simulation.recorder.rate_hz = 12.5;
    truth_init(&truth);
    snprintf(path, sizeof path, "%s/リワーク_五月.cwa", scene.root);
    if (simulate_file(&simulation, path, false, &truth, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    truth_release(&truth);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    struct import_options options = {
        .person = "P01", .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    if (import_file(&scene.store, path, &options, &imported, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(imported.outcome, IMPORT_NEW);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    zone_close(tokyo);
    store_scene_remove(&scene);
    return 0;
}

static void take(const struct record_kind *kind, const char *csv)
{
    struct byte_source *bytes = NULL;
    struct records_csv_options options = {.zone_name = NULL};
    struct records_csv_counts counts;
    assert_int_equal(memory_source_open(csv, strlen(csv), "typed.csv", &bytes, &why), YK_OK);
    if (records_csv_read(&scene.store, kind, bytes, &options, &counts, &why) != YK_OK)
        fail_msg("%s", why.text);
    byte_source_close(bytes);
}

static void read_record(struct participant_record *out, size_t n_with_epochs)
{
    struct record_read_options options = {.n_with_epochs = n_with_epochs};
    participant_record_init(out);
    if (record_read(&scene.store, "P01", &options, out, &why) != YK_OK)
        fail_msg("%s", why.text);
}

static double clock_h(int64_t ns)
{
    return zone_clock_h(tokyo, (struct civil_date){2026, 5, 11}, ns);
}

static void everything_people_wrote_and_the_recordings_come_together(void **state)
{
    (void)state;
    struct participant_record record;
    take(&record_kind_plan, "person_id,from_date,stage,days,start,end,commute_min,ready_min\n"
                            "P01,2026-05-11,導入期,月水金,10:00,12:00,50,60\n");
    take(&record_kind_attendance, "person_id,date,status\nP01,2026/5/13,遅刻\n");
    take(&record_kind_diary, "person_id,night_date,inbed_ts,wake_ts,outbed_ts,nap_start_ts,"
                             "nap_end_ts,rested\nP01,2026-05-11,23:00,7:00,7:10,,,2\n"
                             "P01,2026-05-11,,,,13:00,13:30,\n");
    take(&record_kind_target, "person_id,from_date,target_wake\nP01,2026-05-12,7:00\n"
                              "P01,2026-05-14,\n");
    take(&record_kind_note, "person_id,date,kind,audience,text\n"
                            "P01,2026-05-12,try,\"participant,staff\",\"朝、散歩\"\n");
    take(&record_kind_consent, "person_id,scope,items,recipient,version,from_date,until_date,"
                               "withdrawn_date\nP01,会社,attendance,,v2,2026-05-01,,\n");
    struct rewording words = {.first = {2026, 5, 11},
                              .last = {2026, 5, 13},
                              .language = LANGUAGE_JA,
                              .automatic = "自動の文",
                              .text = "職員の文",
                              .editor = "OT-2",
                              .reason = "本人の話",
                              .made_ns = 1779000000000000000};
    memset(words.basis, '0', sizeof words.basis - 1);
    if (rewording_add(&scene.store, "P01", &words, &why) != YK_OK)
        fail_msg("%s", why.text);
    read_record(&record, 1);
    assert_int_equal(record.n_rewordings, 1);
    assert_string_equal(record.rewordings[0].text, "職員の文");
    assert_int_equal(record.programme.n, 1);
    assert_int_equal(record.programme.steps[0].days, 0x15);
    assert_int_equal(programme_latest_wake_min(&record.programme.steps[0]), 490);
    assert_int_equal(attendance_on(&record.attendance, (struct civil_date){2026, 5, 13}),
                     ATTENDANCE_LATE);
    assert_int_equal(record.diary.n, 1);
    assert_int_equal(record.diary.nights[0].n_nap, 1);
    assert_int_equal(record.diary.nights[0].rested, 2);
    assert_close(clock_h(record.diary.nights[0].wake_ns), 31, 0);
    assert_int_equal(record_target_min(&record, (struct civil_date){2026, 5, 13}), 420);
    assert_int_equal(record_target_min(&record, (struct civil_date){2026, 5, 14}), -1);
    assert_true(record.n_notes == 1 && record.notes[0].is_try);
    assert_string_equal(record.notes[0].text, "朝、散歩");
    assert_non_null(consent_in_force(&record.consents, COPY_EMPLOYER, NULL,
                                     (struct civil_date){2026, 5, 20}));
    assert_int_equal(record.n_recordings, 1);
    assert_true(record.recordings[0].analysis.n_nights >= 3);
    assert_true(record.recordings[0].analysis.epochs.n > 0);
    participant_record_release(&record);
}

static void older_recordings_bring_tables_and_no_epochs(void **state)
{
    (void)state;
    struct participant_record with, without;
    read_record(&with, 1);
    read_record(&without, 0);
    const struct analysis *a = &with.recordings[0].analysis,
                          *b = &without.recordings[0].analysis;
    assert_int_equal(b->epochs.n, 0);
    assert_int_equal(a->n_nights, b->n_nights);
    for (size_t i = 0; i < a->n_nights; i++) {
        assert_true(a->nights[i].onset_ns == b->nights[i].onset_ns);
        assert_close(a->nights[i].tst_min, b->nights[i].tst_min, 0);
    }
    participant_record_release(&with);
    participant_record_release(&without);
}

static void an_edit_moves_the_edge_and_counts_again_beside_the_automatic_value(void **state)
{
    (void)state;
    struct participant_record before, after;
    read_record(&before, 1);
    struct night was = before.recordings[0].analysis.nights[0];
    assert_int_equal(was.exclude, 0);
    assert_int_equal(civil_compare(was.evening, (struct civil_date){2026, 5, 11}), 0);
    /* The wake is moved one hour earlier. */
    char csv[256], iso[40];
    zone_format_iso(tokyo, was.wake_ns - NS_PER_H, 0, iso);
    snprintf(csv, sizeof csv,
             "person_id,night_date,field,edited_ts,editor,reason\n"
             "P01,2026-05-11,wake,%s,OT,目覚まし\n",
             iso);
    take(&record_kind_edit, csv);
    read_record(&after, 0); /* an edited one is counted from its epochs all the same */
    struct night now = after.recordings[0].analysis.nights[0];
    assert_true(now.wake_ns == was.wake_ns - NS_PER_H && now.onset_ns == was.onset_ns);
    assert_close(now.spt_min, was.spt_min - 60, 1e-9);
    assert_true(now.tst_min < was.tst_min && now.tst_min >= was.tst_min - 60);
    assert_close(now.tst_min + now.waso_min, now.spt_min, 1e-6);
    assert_true(now.is_edited && now.rest_source == REST_EDIT);
    assert_string_equal(now.edit_reason, "目覚まし");
    assert_int_equal(after.n_edits, 1);
    assert_true(after.edits[0].automatic_ns == was.wake_ns);
    assert_string_equal(after.edits[0].editor, "OT");
    assert_true(after.recordings[0].analysis.night_means[NIGHTS_ALL].wake_h.mean <
                before.recordings[0].analysis.night_means[NIGHTS_ALL].wake_h.mean);
    /* The store's own row is as it was. */
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT wake_ns FROM night WHERE night_date = '2026-05-11'");
    assert_true(store_scene_number(&scene, sql) == was.wake_ns);
    /* Taken back, the automatic value counts again; the row stays. */
    assert_int_equal(record_drop(&scene.store, &record_kind_edit, after.edits[0].id, &why),
                     YK_OK);
    participant_record_release(&after);
    read_record(&after, 0);
    assert_true(after.recordings[0].analysis.nights[0].wake_ns == was.wake_ns);
    assert_true(after.n_edits == 1 && after.edits[0].is_withdrawn);
    participant_record_release(&after);
    participant_record_release(&before);
}

static void an_edit_moved_to_another_night_has_that_nights_automatic_value(void **state)
{
    (void)state;
    struct participant_record record;
    struct edit_row row;
    size_t column = 0;
    read_record(&record, 0);
    const struct night *nights = record.recordings[0].analysis.nights;
    int64_t id = record.edits[0].id, made_ns = record.edits[0].made_ns; /* taken back */
    assert_int_equal(record_find(&scene.store, &record_kind_edit, id, &row, &why), YK_OK);
    row.night = nights[1].evening;
    row.value_ns = nights[1].wake_ns - NS_PER_H;
    if (record_set(&scene.store, &record_kind_edit, &row, &column, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(record_find(&scene.store, &record_kind_edit, id, &row, &why), YK_OK);
    assert_true(row.automatic_ns == nights[1].wake_ns);
    assert_true(row.made_ns == made_ns);
    participant_record_release(&record);
}

static void an_edit_to_the_same_edge_changes_no_number(void **state)
{
    (void)state;
    struct participant_record before, after;
    char csv[256], iso[40];
    read_record(&before, 1);
    struct night was = before.recordings[0].analysis.nights[1];
    zone_format_iso(tokyo, was.onset_ns, 0, iso);
    snprintf(csv, sizeof csv,
             "person_id,night_date,field,edited_ts,editor,reason\n"
             "P01,2026-05-12,sleep_onset,%s,OT,same\n",
             iso);
    take(&record_kind_edit, csv);
    read_record(&after, 0);
    struct night now = after.recordings[0].analysis.nights[1];
    assert_true(now.onset_ns == was.onset_ns);
    assert_close(now.tst_min, was.tst_min, 1e-9);
    assert_close(now.waso_min, was.waso_min, 1e-9);
    assert_close(now.awakenings_n, was.awakenings_n, 0);
    assert_close(now.nonwear_in_spt_pct, was.nonwear_in_spt_pct, 1e-9);
    participant_record_release(&after);
    participant_record_release(&before);
}

static void a_night_is_excluded_and_included_by_a_person(void **state)
{
    (void)state;
    struct participant_record record;
    take(&record_kind_edit, "person_id,night_date,field,edited_ts,editor,reason\n"
                            "P01,2026-05-13,数えない,,NS,発熱\n");
    read_record(&record, 0);
    assert_true((record.recordings[0].analysis.nights[2].exclude & EXCLUDE_PERSON) != 0);
    size_t counted = record.recordings[0].analysis.n_nights_valid;
    participant_record_release(&record);
    take(&record_kind_edit, "person_id,night_date,field,edited_ts,editor,reason\n"
                            "P01,2026-05-13,include,,NS,平熱だった\n");
    read_record(&record, 0);
    assert_int_equal(record.recordings[0].analysis.nights[2].exclude, 0);
    assert_int_equal(record.recordings[0].analysis.n_nights_valid, counted + 1);
    participant_record_release(&record);
}

static void the_stored_diary_is_used_when_it_is_analysed_again(void **state)
{
    (void)state;
    struct recording_row row = imported.row;
    struct parameters parameters;
    struct participant_record record;
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    struct import_options options = {.recipe = RECIPE_DEFAULT, .parameters = &parameters};
    if (import_analyze(&scene.store, &row, &options, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(row.version, 2);
    read_record(&record, 0);
    const struct night *night = &record.recordings[0].analysis.nights[0];
    assert_close(clock_h(night->in_bed_ns), 23, 1e-9);
    assert_close(clock_h(night->out_of_bed_ns), 31 + 10 / 60.0, 1e-9);
    assert_close(night->tib_min, 490, 1e-6);
    participant_record_release(&record);
}

static void a_recording_given_to_somebody_else_takes_its_corrections_along(void **state)
{
    (void)state;
    struct participant_record record;
    struct record_read_options options = {.n_with_epochs = 0};
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(recording_assign(&scene.store, imported.row.id, "P02", "exchanged", &why),
                     YK_OK);
    participant_record_init(&record);
    assert_int_equal(record_read(&scene.store, "P02", &options, &record, &why), YK_OK);
    assert_true(record.n_edits == 4 && record.n_recordings == 1);
    assert_true(record.recordings[0].analysis.nights[1].is_edited);
    participant_record_release(&record);
    assert_int_equal(recording_assign(&scene.store, imported.row.id, "P01", "back again", &why),
                     YK_OK);
    read_record(&record, 0);
    assert_int_equal(record.n_edits, 4);
    participant_record_release(&record);
}

static void recordings_outside_the_days_asked_for_are_left_out(void **state)
{
    (void)state;
    struct participant_record record;
    struct record_read_options options = {.from = {2026, 6, 1}};
    participant_record_init(&record);
    assert_int_equal(record_read(&scene.store, "P01", &options, &record, &why), YK_OK);
    assert_int_equal(record.n_recordings, 0);
    participant_record_release(&record);
    participant_record_init(&record);
    assert_int_equal(record_read(&scene.store, "P99", &options, &record, &why),
                     YK_ERR_NO_DEVICE);
    participant_record_release(&record);
}

struct found {
    int n;
    enum seal_finding last;
    char row[64];
};

static void see(void *user, enum seal_finding finding, const char *row, const char *about)
{
    struct found *self = user;
    (void)about;
    self->n++;
    self->last = finding;
    snprintf(self->row, sizeof self->row, "%s", row);
}

static void whatever_row_somebody_changes_by_hand_its_seal_tells(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *table;
        enum seal_finding finding;
    } cases[] = {
        {"UPDATE plan_step SET start_min = start_min - 30", "plan_step", SEAL_CHANGED},
        {"UPDATE attendance SET status = 'attended'", "attendance", SEAL_CHANGED},
        {"UPDATE diary_row SET rested = 3 WHERE rested = 2", "diary_row", SEAL_CHANGED},
        {"UPDATE target SET wake_min = 421 WHERE wake_min = 420", "target", SEAL_CHANGED},
        {"UPDATE note SET audience = 'participant,staff,employer'", "note", SEAL_CHANGED},
        {"UPDATE consent SET items = 'attendance,nights'", "consent", SEAL_CHANGED},
        {"UPDATE edit SET editor = 'x' WHERE id = 1", "edit", SEAL_CHANGED},
        {"UPDATE edit SET is_withdrawn = 'no' WHERE id = (SELECT min(id) FROM edit WHERE "
         "is_withdrawn = 'yes')",
         "edit", SEAL_CHANGED},
        {"UPDATE person SET zone = 'UTC' WHERE id = 1", "person", SEAL_CHANGED},
        {"UPDATE recording SET is_excluded = 1, exclude_reason = 'x'", "recording",
         SEAL_CHANGED},
        {"UPDATE analysis SET recipe = 'ggir-3.3' WHERE id = 1", "analysis", SEAL_CHANGED},
        {"UPDATE night SET onset_ns = onset_ns + 1 WHERE number = 1 AND analysis = 1",
         "analysis", SEAL_CHANGED},
        {"UPDATE night SET tst_min = tst_min * 1.000000000000001 WHERE number = 2 AND analysis "
         "= 1",
         "analysis", SEAL_CHANGED},
        {"UPDATE day SET valid_h = 24 WHERE number = 1 AND analysis = 1", "analysis",
         SEAL_CHANGED},
        {"DELETE FROM rest WHERE number = 1 AND analysis = 1", "analysis", SEAL_CHANGED},
        {"UPDATE rhythm SET sri = 99 WHERE analysis = 1", "analysis", SEAL_CHANGED},
        {"DELETE FROM note", "note", SEAL_MISSING},
        {"DELETE FROM rewording", "rewording", SEAL_MISSING},
        {"INSERT INTO target (person, from_date, wake_min) VALUES (1, '2027-01-01', 300)",
         "target", SEAL_ADDED},
    };
    struct found found = {.n = 0};
    assert_int_equal(seal_verify(scene.store.db, see, &found, &why), YK_OK);
    if (found.n != 0)
        fail_msg("%s has no true seal", found.row);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        found = (struct found){.n = 0};
        assert_int_equal(db_begin(scene.store.db, &why), YK_OK);
        if (db_run(scene.store.db, cases[i].sql, &why) != YK_OK)
            fail_msg("%s: %s", cases[i].sql, why.text);
        assert_int_equal(seal_verify(scene.store.db, see, &found, &why), YK_OK);
        db_rollback(scene.store.db);
        size_t n = strlen(cases[i].table);
        if (found.n != 1 || found.last != cases[i].finding ||
            strncmp(found.row, cases[i].table, n) != 0 || found.row[n] != ' ')
            fail_msg("%s: %d findings, last %s", cases[i].sql, found.n, found.row);
    }
}

static void deleting_the_participant_leaves_no_row_of_any_kind(void **state)
{
    (void)state;
    struct person_receipt receipt;
    person_receipt_init(&receipt);
    for (size_t i = 0; record_kind_at(i) != NULL; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", record_kind_at(i)->table);
        bool is_kept_here = strcmp(record_kind_at(i)->table, "loan") != 0 &&
                            strcmp(record_kind_at(i)->table, "issued") != 0;
        assert_true(!is_kept_here || store_scene_number(&scene, sql) > 0);
    }
    if (person_delete(&scene.store, "P01", &receipt, &why) != YK_OK)
        fail_msg("%s", why.text);
    for (size_t i = 0; record_kind_at(i) != NULL; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", record_kind_at(i)->table);
        assert_int_equal(store_scene_number(&scene, sql), 0);
    }
    assert_int_equal(
        store_scene_number(&scene, "SELECT count(*) FROM seal WHERE of <> 'person'"), 0);
    /* plan 1, attendance 1, diary 2, target 2, note 1, consent 1, edit 4, statement 1 */
    assert_int_equal(receipt.n_records, 13);
    person_receipt_release(&receipt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_people_wrote_and_the_recordings_come_together),
        cmocka_unit_test(older_recordings_bring_tables_and_no_epochs),
        cmocka_unit_test(an_edit_moves_the_edge_and_counts_again_beside_the_automatic_value),
        cmocka_unit_test(an_edit_moved_to_another_night_has_that_nights_automatic_value),
        cmocka_unit_test(an_edit_to_the_same_edge_changes_no_number),
        cmocka_unit_test(a_night_is_excluded_and_included_by_a_person),
        cmocka_unit_test(the_stored_diary_is_used_when_it_is_analysed_again),
        cmocka_unit_test(a_recording_given_to_somebody_else_takes_its_corrections_along),
        cmocka_unit_test(recordings_outside_the_days_asked_for_are_left_out),
        cmocka_unit_test(whatever_row_somebody_changes_by_hand_its_seal_tells),
        cmocka_unit_test(deleting_the_participant_leaves_no_row_of_any_kind),
    };
    return cmocka_run_group_tests(tests, make, remove_all);
}
