/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lending through the unchanged driver, on pretend recorders.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/mem.h"
#include "src/dock/download.h"
#include "src/dock/lend.h"
#include "src/dock/whose.h"
#include "src/pipeline/import.h"
#include "src/store/dockings.h"
#include "tests/support/docked.h"
#include "tests/support/store_scene.h"

#define SERIAL "39434"
#define T0 (INT64_C(1778461200) * NS_PER_S) /* 2026-05-11T10:00+09:00 */
#define DAY (24 * NS_PER_H)

enum { SECTORS = 500, DEVICE = 39434, SESSION = 4711 };

static struct store_scene scene;
static struct recorded recorded;
static struct usb_bus *bus;
static struct dock_device *device;
static struct zone *tokyo;
static struct lend_request request;
static struct lend_result result;
static struct failure why;

static int setup(void **state)
{
    (void)state;
    store_scene_make(&scene);
    assert_int_equal(zone_open("Asia/Tokyo", &tokyo, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "参加者2", NULL, NULL, &why), YK_OK);
    recorded_make(&recorded, scene.root, "w.cwa", SECTORS, DEVICE, SESSION);
    request = (struct lend_request){.person = "参加者2",
                                    .from_ns = T0 + DAY,
                                    .to_ns = T0 + 8 * DAY,
                                    .zone = tokyo,
                                    .rate_hz = 50,
                                    .range_g = 8,
                                    .now_ns = T0};
    return 0;
}

static void undock(void)
{
    dock_device_close(device);
    device = NULL;
    usb_bus_close(bus);
    bus = NULL;
}

static int teardown(void **state)
{
    (void)state;
    undock();
    recorded_release(&recorded);
    zone_close(tokyo);
    store_scene_remove(&scene);
    return 0;
}

static void dock(const char *file, double battery_pct, const char *faults)
{
    struct pretend_recorder recorder = {.file = file,
                                        .device_id = DEVICE,
                                        .battery_pct = battery_pct,
                                        .zone = tokyo,
                                        .clock_offset_ms = 2500,
                                        .skips_waits = true,
                                        .faults = faults};
    undock();
    bus = docked_bus(&recorder);
    device = docked_open(bus);
}

static struct recording_row import_recording(const char *path)
{
    struct import_result imported;
    struct parameters parameters;
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    struct import_options options = {
        .person = "P01", .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    if (import_file(&scene.store, path, &options, &imported, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    return imported.row;
}

static enum yk_status lend(void)
{
    return lend_run(&scene.store, device, &request, &result, NULL, &why);
}

static struct pretend_stats stats(void)
{
    struct pretend_stats now;
    pretend_stats(bus, 0, &now);
    return now;
}

/* Refused with that message in both languages; device and ledger as they were. */
static void assert_refused(enum lend_message message)
{
    struct text ja, en;
    static const char changes[] = "SELECT count(*) FROM audit";
    int64_t lines = store_scene_number(&scene, "SELECT count(*) FROM loan");
    int64_t n_changes = store_scene_number(&scene, changes);
    assert_int_not_equal(lend(), YK_OK);
    if (result.message != message)
        fail_msg("%s instead of %s: %s", lend_message_word(result.message),
                 lend_message_word(message), why.text);
    assert_int_equal(stats().formats, 0);
    assert_int_equal(stats().commits, 0);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), lines);
    assert_int_equal(store_scene_number(&scene, changes), n_changes);
    text_init(&ja);
    text_init(&en);
    lend_message_add(&ja, &result, LANGUAGE_JA);
    lend_message_add(&en, &result, LANGUAGE_EN);
    assert_non_null(strstr(text_string(&ja), "ません")); /* nothing was changed or erased */
    assert_true(strstr(text_string(&en), "Nothing was") != NULL ||
                strstr(text_string(&en), "was not changed") != NULL);
    assert_null(strchr(text_string(&ja), '{'));
    assert_null(strchr(text_string(&en), '{'));
    text_release(&ja);
    text_release(&en);
}

static void a_saved_recorder_is_set_up_read_back_and_entered_in_the_ledger(void **state)
{
    (void)state;
    struct recording_row row = import_recording(recorded.path);
    dock(recorded.path, 90, NULL);
    if (lend() != YK_OK)
        fail_msg("%s: %s", lend_message_word(result.message), why.text);
    assert_int_equal(result.message, LEND_SAYS_done);
    assert_string_equal(result.recording, row.id);
    assert_true(result.bytes == recorded.n && result.bytes_compared == recorded.n);
    assert_int_equal(stats().formats, 1);
    assert_close(result.before.offset_ms, 2500, 60);
    assert_close(result.after.offset_ms, 0, 60);
    struct loan loan;
    assert_int_equal(loan_find(&scene.store, result.loan.id, &loan, &why), YK_OK);
    assert_int_equal(loan.state, LOAN_CONFIRMED);
    assert_string_equal(loan.person, "参加者2");
    assert_true(loan.from_ns == request.from_ns && loan.to_ns == request.to_ns);
    assert_close(loan.issue.offset_ms, result.after.offset_ms, 1e-9);
    assert_true(isnan(loan.back.offset_ms));
    /* What the device itself now says, asked anew. */
    struct dock_identity identity;
    struct dock_health health;
    struct dock_battery battery;
    identity = docked_identify(device, &battery, &health);
    assert_true(identity.session_by_command == (uint64_t)loan.session);
    assert_true(identity.session_by_file == (uint64_t)loan.session);
    /* on its own wall clock */
    assert_true(health.plan_start_ns == request.from_ns + 9 * NS_PER_H);
    assert_true(health.plan_stop_ns == request.to_ns + 9 * NS_PER_H);
    assert_close(health.rate_hz, 50, 0);
}

static void the_first_night_is_said_in_words_of_both_languages(void **state)
{
    (void)state;
    struct text ja, en;
    import_recording(recorded.path);
    dock(recorded.path, 90, NULL);
    assert_int_equal(lend(), YK_OK);
    text_init(&ja);
    text_init(&en);
    lend_message_add(&ja, &result, LANGUAGE_JA);
    lend_message_add(&en, &result, LANGUAGE_EN);
    assert_non_null(strstr(text_string(&ja), "5月12日(火)から13日(水)にかけて"));
    assert_non_null(strstr(text_string(&ja), "7 晩"));
    assert_non_null(strstr(text_string(&en), "from Tue 2026-05-12 to Wed 2026-05-13"));
    assert_non_null(strstr(text_string(&en), "until 2026-05-19 10:00, 7 nights"));
    text_release(&ja);
    text_release(&en);
}

static void what_is_not_in_the_archive_is_never_erased(void **state)
{
    (void)state;
    dock(recorded.path, 90, NULL);
    assert_refused(LEND_SAYS_not_saved);
    assert_true(stats().holds_recording);
    /* of the same size, but of another session */
    struct recorded other;
    recorded_make(&other, scene.root, "other.cwa", SECTORS, DEVICE, SESSION + 1);
    import_recording(other.path);
    assert_int_equal(other.n, recorded.n);
    assert_refused(LEND_SAYS_not_saved);
    assert_true(stats().holds_recording);
    recorded_release(&other);
}

static void
one_differing_byte_is_found_whether_or_not_the_dock_had_proved_the_copy(void **state)
{
    (void)state;
    /* The archive holds a copy that differs in one bit somewhere. */
    static const size_t places[] = {2000, 130000, 250001};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char path[2100];
        uint8_t *copy = malloc(recorded.n);
        assert_non_null(copy);
        memcpy(copy, recorded.at, recorded.n);
        copy[places[i]] ^= 4;
        snprintf(path, sizeof path, "%s/flipped%zu.cwa", scene.root, i);
        check_write_file(path, copy, recorded.n);
        free(copy);
        import_recording(path);
        dock(recorded.path, 90, NULL);
        assert_refused(LEND_SAYS_differs);
        assert_true(stats().holds_recording);
    }
}

/* The line of the dock that says that all of it was verified. */
static void note_as_proved(const struct download_result *read)
{
    struct docking docking;
    docking_init(&docking);
    docking.at_ns = T0 - NS_PER_H;
    snprintf(docking.device_serial, sizeof docking.device_serial, SERIAL);
    snprintf(docking.sha256, sizeof docking.sha256, "%s", read->archived.sha256);
    snprintf(docking.outcome, sizeof docking.outcome, "safe_to_unplug");
    docking.bytes = (double)read->bytes;
    docking.is_verified = DOCKING_YES;
    assert_int_equal(docking_add(&scene.store, &docking, &why), YK_OK);
}

static void
a_recording_forged_in_one_block_is_never_erased_and_read_whole_when_docked_again(void **state)
{
    (void)state;
    struct recorded large;
    struct dock_identity identity;
    char forged[2100], place[40];
    enum { SECTOR = 7777 };
    recorded_make(&large, scene.root, "large.cwa", 20000, DEVICE, SESSION);
    dock(large.path, 90, NULL);
    struct download_result first = docked_import(&scene.store, device, "P01", &identity);
    assert_true(first.is_verified);
    note_as_proved(&first);
    recorded_forge(&large, SECTOR, forged);
    /* Between two places, so the dock knows it again ... */
    dock(forged, 90, NULL);
    struct download_result again = docked_import(&scene.store, device, "P01", &identity);
    assert_true(again.archived.was_there);
    assert_string_equal(again.archived.sha256, first.archived.sha256);
    /* ... but all of it is compared before anything is erased. */
    assert_refused(LEND_SAYS_differs);
    assert_true(stats().holds_recording);
    snprintf(place, sizeof place, "(byte %d)", CWA_HEADER_BYTES + SECTOR * CWA_SECTOR_BYTES);
    assert_non_null(strstr(why.text, place));
    /* From then on it is not taken for the archived one any more. */
    dock(forged, 90, NULL);
    again = docked_import(&scene.store, device, "P01", &identity);
    assert_false(again.archived.was_there);
    assert_string_not_equal(again.archived.sha256, first.archived.sha256);
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(result.bytes_compared, large.n);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 2);
    recorded_release(&large);
}

static void every_byte_is_compared_although_the_dock_had_proved_them(void **state)
{
    (void)state;
    struct dock_identity identity;
    dock(recorded.path, 90, NULL);
    struct download_result read = docked_import(&scene.store, device, "P01", &identity);
    note_as_proved(&read);
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(result.bytes_compared, recorded.n);
}

static void a_place_that_reads_wrong_now_and_then_is_asked_for_again(void **state)
{
    (void)state;
    struct dock_identity identity;
    dock(recorded.path, 90, NULL);
    struct download_result read = docked_import(&scene.store, device, "P01", &identity);
    note_as_proved(&read);
    dock(recorded.path, 90, "sector:333:garble=2");
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(result.bytes_compared, recorded.n);
    dock(recorded.path, 90, "sector:333:garble");
    assert_refused(LEND_SAYS_differs);
    assert_true(stats().holds_recording);
    dock(recorded.path, 90, "sector:333:fail");
    assert_refused(LEND_SAYS_unread);
    assert_true(stats().holds_recording);
}

static void a_damaged_original_is_not_taken_for_a_copy(void **state)
{
    (void)state;
    char path[2600];
    struct recording_row row = import_recording(recorded.path);
    snprintf(path, sizeof path, "%s/archive/%s.%s", scene.folder, row.sha256, row.suffix);
    assert_int_equal(chmod(path, 0600), 0);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 150000, SEEK_SET), 0);
    fputc(0x5A ^ recorded.at[150000], file);
    fclose(file);
    dock(recorded.path, 90, NULL);
    assert_refused(LEND_SAYS_archive_bad);
    assert_true(stats().holds_recording);
    assert_int_equal(remove(path), 0);
    assert_refused(LEND_SAYS_archive_bad);
}

static void plans_that_make_no_sense_or_do_not_fit_are_refused(void **state)
{
    (void)state;
    import_recording(recorded.path);
    dock(recorded.path, 60, NULL);
    const struct lend_request good = request;
    const struct {
        struct lend_request r;
        enum lend_message message;
    } cases[] = {
        {{.from_ns = T0 - 9 * DAY, .to_ns = T0 - 2 * DAY}, LEND_SAYS_plan_over},
        {{.from_ns = T0 + 9 * DAY, .to_ns = T0 + 2 * DAY}, LEND_SAYS_plan_order},
        {{.from_ns = T0 + NS_PER_H, .to_ns = T0 + 9 * NS_PER_H}, LEND_SAYS_no_night},
        {{.person = "P99"}, LEND_SAYS_no_person},
        /* 13.5 days at 100 Hz from full: 7 days and a fifth are 62.2 % */
        {{.rate_hz = 100}, LEND_SAYS_battery_low},
        {{.rate_hz = 100, .to_ns = T0 + 13 * DAY}, LEND_SAYS_battery_never},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        request = good;
        const struct lend_request *r = &cases[i].r;
        request.from_ns = r->from_ns != 0 ? r->from_ns : good.from_ns;
        request.to_ns = r->to_ns != 0 ? r->to_ns : good.to_ns;
        request.person = r->person != NULL ? r->person : good.person;
        request.rate_hz = r->rate_hz > 0 ? r->rate_hz : good.rate_hz;
        assert_refused(cases[i].message);
        assert_true(stats().holds_recording);
    }
}

static void
settings_the_recorder_does_not_have_are_refused_before_anything_changes(void **state)
{
    (void)state;
    char site[500];
    memset(site, 'x', sizeof site - 1);
    site[sizeof site - 1] = '\0';
    import_recording(recorded.path);
    dock(recorded.path, 90, NULL);
    const struct lend_request good = request;
    struct lend_request cases[] = {good, good, good};
    cases[0].rate_hz = 51;
    cases[1].gyro_dps = 500; /* an AX3 */
    cases[2].site = site;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        request = cases[i];
        assert_refused(LEND_SAYS_setup_never);
    }
}

static void the_ledger_that_gives_it_to_somebody_else_is_obeyed(void **state)
{
    (void)state;
    struct loan last, other, found;
    import_recording(recorded.path);
    dock(recorded.path, 90, NULL);
    loan_init(&last);
    snprintf(last.device_serial, sizeof last.device_serial, SERIAL);
    snprintf(last.person, sizeof last.person, "参加者2");
    last.from_ns = T0 - 9 * DAY;
    last.to_ns = T0 + DAY / 2;
    assert_int_equal(loan_add(&scene.store, &last, &why), YK_OK);
    loan_init(&other);
    snprintf(other.device_serial, sizeof other.device_serial, SERIAL);
    snprintf(other.person, sizeof other.person, "P01");
    other.from_ns = T0 + 3 * DAY;
    assert_int_equal(loan_add(&scene.store, &other, &why), YK_OK);
    assert_refused(LEND_SAYS_ledger);
    assert_non_null(strstr(why.text, "P01"));
    /* nothing was changed: the loan before has not ended either */
    assert_int_equal(loan_find(&scene.store, last.id, &found, &why), YK_OK);
    assert_true(found.returned_ns == TIME_UNKNOWN && found.back.at_ns == TIME_UNKNOWN);
}

static void the_last_loan_ends_with_the_reading_of_its_clock(void **state)
{
    (void)state;
    struct loan last, found;
    import_recording(recorded.path);
    dock(recorded.path, 90, NULL);
    loan_init(&last);
    snprintf(last.device_serial, sizeof last.device_serial, SERIAL);
    snprintf(last.person, sizeof last.person, "P01");
    last.from_ns = T0 - 9 * DAY;
    last.session = SESSION;
    last.state = LOAN_CONFIRMED;
    assert_int_equal(loan_add(&scene.store, &last, &why), YK_OK);
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(loan_find(&scene.store, last.id, &found, &why), YK_OK);
    assert_true(found.returned_ns == T0);
    assert_close(found.back.offset_ms, 2500, 60);
    assert_true(result.loan.session > SESSION);
}

static void a_line_written_in_advance_for_the_same_person_is_taken_over(void **state)
{
    (void)state;
    struct loan planned;
    import_recording(recorded.path);
    dock(recorded.path, 90, NULL);
    loan_init(&planned);
    snprintf(planned.device_serial, sizeof planned.device_serial, SERIAL);
    snprintf(planned.person, sizeof planned.person, "参加者2");
    planned.from_ns = request.from_ns - 10 * NS_PER_H;
    planned.to_ns = request.to_ns + 14 * NS_PER_H;
    assert_int_equal(loan_add(&scene.store, &planned, &why), YK_OK);
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), 1);
}

static void what_fails_while_it_is_set_up_stays_intended_until_it_is_repeated(void **state)
{
    (void)state;
    import_recording(recorded.path);
    static const char *const faults[] = {"cdc/commit:1:unplug", "cdc/session:1+:forget",
                                         "cdc/rate:1+:forget", "cdc/format:1+:refuse"};
    size_t n_failed = 0;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        dock(recorded.path, 90, faults[i]);
        enum yk_status status = lend();
        if (status == YK_OK) {
            continue; /* this driver does not send that command */
        }
        n_failed++;
        assert_int_equal(result.message, LEND_SAYS_setup_fails);
        assert_int_equal(
            store_scene_number(&scene, "SELECT count(*) FROM loan WHERE state = 'intended'"),
            1);
        assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), 1);
    }
    assert_true(n_failed >= 2);
    dock(recorded.path, 90, NULL);
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM loan"), 1);
    assert_int_equal(
        store_scene_number(&scene, "SELECT count(*) FROM loan WHERE state = 'confirmed'"), 1);
}

static void a_recorder_that_is_not_itself_or_locked_is_left_alone(void **state)
{
    (void)state;
    import_recording(recorded.path);
    dock(recorded.path, 90, "device:*:id=777");
    assert_refused(LEND_SAYS_disagrees);
    dock(recorded.path, 90, "device:*:locked");
    assert_refused(LEND_SAYS_locked);
}

static void a_recorder_that_was_never_started_needs_no_copy(void **state)
{
    (void)state;
    dock(NULL, 90, NULL);
    if (lend() != YK_OK)
        fail_msg("%s: %s", lend_message_word(result.message), why.text);
    assert_string_equal(result.recording, "");
}

/* Set up, handed over, worn for its plan, docked again: the whole circle on one recorder. */
static void what_it_records_after_it_was_lent_is_the_plan_that_was_written(void **state)
{
    (void)state;
    struct pretend_recorder recorder = {.file = recorded.path,
                                        .device_id = DEVICE,
                                        .battery_pct = 90,
                                        .zone = tokyo,
                                        .skips_waits = true,
                                        .clock_ppm = 20};
    struct dock_identity identity;
    struct whose whose;
    struct recording_row row;
    struct usb_listing *list = NULL;
    size_t n = 0;
    import_recording(recorded.path);
    bus = docked_bus(&recorder);
    device = docked_open(bus);
    request.now_ns = clock_now_utc_ns();
    /* from noon to noon in Tokyo: two nights whatever time of day the tests run at */
    const int64_t noon = 3 * NS_PER_H;
    request.from_ns = ((request.now_ns + NS_PER_H - noon) / DAY + 1) * DAY + noon;
    request.to_ns = request.from_ns + 2 * DAY;
    request.rate_hz = 25;
    if (lend() != YK_OK)
        fail_msg("%s", why.text);
    struct loan loan = result.loan;
    dock_device_close(device);
    device = NULL;
    pretend_unplug(bus, 0);
    pretend_pass(bus, 0, 5 * DAY);
    pretend_plug(bus, 0);
    assert_int_equal(bus->ops->list(bus, &list, &n, &why), YK_OK);
    mem_free(list);
    assert_int_equal(n, 1);
    device = docked_open(bus);
    struct download_result read = docked_import(&scene.store, device, "P01", &identity);
    assert_true(read.is_verified);
    assert_int_equal(read.counts.n_suspect, 0);
    assert_true(read.session == (uint32_t)loan.session && loan.session > 0);
    /* the ledger knows whose it is by what lending wrote into the recorder */
    assert_int_equal(recording_find_hash(&scene.store, read.archived.sha256, &row, &why),
                     YK_OK);
    struct whose_question question = {.identity = &identity,
                                      .counts = &read.counts,
                                      .session = read.session,
                                      .first_ns = read.first_ns_of_clock - 9 * NS_PER_H,
                                      .last_ns = read.last_ns_of_clock - 9 * NS_PER_H,
                                      .now_ns = clock_now_utc_ns(),
                                      .sha256 = "another"};
    assert_int_equal(whose_find(&scene.store, &question, &whose, &why), YK_OK);
    assert_int_equal(whose.kind, WHOSE_LOAN);
    assert_string_equal(whose.person, "参加者2");
    /* within a sector of 4.8 s, and a second and a half of a clock that gains 20 ppm */
    assert_close((double)(question.first_ns - loan.from_ns) / 1e9, 2.4, 4);
    assert_close((double)(question.last_ns - loan.to_ns) / 1e9, -2.4, 4);
    assert_close((double)read.bytes, 1024 + 512.0 * 2 * 86400 * 25 * 0.992 / 120, 1024);
    /* and what was analysed of it are nights of a worn recorder */
    assert_int_equal(store_scene_number(&scene, "SELECT max(nights_n) FROM analysis"), 2);
    assert_int_equal(store_scene_number(&scene, "SELECT max(gaps) FROM analysis"), 0);
    /* nothing is made up while it stays docked, or when it is pulled out again afterwards */
    dock_device_close(device);
    pretend_unplug(bus, 0);
    pretend_pass(bus, 0, DAY);
    pretend_plug(bus, 0);
    device = docked_open(bus);
    struct download_result again = docked_import(&scene.store, device, "P01", &identity);
    assert_string_equal(again.archived.sha256, read.archived.sha256);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_saved_recorder_is_set_up_read_back_and_entered_in_the_ledger),
        T(the_first_night_is_said_in_words_of_both_languages),
        T(what_is_not_in_the_archive_is_never_erased),
        T(one_differing_byte_is_found_whether_or_not_the_dock_had_proved_the_copy),
        T(a_recording_forged_in_one_block_is_never_erased_and_read_whole_when_docked_again),
        T(every_byte_is_compared_although_the_dock_had_proved_them),
        T(a_place_that_reads_wrong_now_and_then_is_asked_for_again),
        T(a_damaged_original_is_not_taken_for_a_copy),
        T(plans_that_make_no_sense_or_do_not_fit_are_refused),
        T(settings_the_recorder_does_not_have_are_refused_before_anything_changes),
        T(the_ledger_that_gives_it_to_somebody_else_is_obeyed),
        T(the_last_loan_ends_with_the_reading_of_its_clock),
        T(a_line_written_in_advance_for_the_same_person_is_taken_over),
        T(what_fails_while_it_is_set_up_stays_intended_until_it_is_repeated),
        T(a_recorder_that_is_not_itself_or_locked_is_left_alone),
        T(a_recorder_that_was_never_started_needs_no_copy),
        T(what_it_records_after_it_was_lent_is_the_plan_that_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
