/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole way under faults: the station docks a pretend recorder that goes wrong, then sound
 * again, then the recorder is lent while something else goes wrong, with the archived copy as
 * it should be, damaged, or gone. Whatever happens: a state and a sentence at the end, "safe"
 * only when the archive has every byte, nothing erased without an equal copy.
 *
 * A share of the campaign's cases here; YOAKE_FAULTS=full (`make faults`): ten times as many.
 */
#include "tests/support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/columns.h"
#include "src/dock/lend.h"
#include "src/dock/station.h"
#include "tests/support/campaign.h"
#include "tests/support/store_scene.h"

enum { SECTORS = 400, SHARE = 90, SHARE_FULL = 9, LIMIT_S = 120 };

struct totals {
    size_t n, safe_at_once, safe_later, attention, lent, not_lent;
    size_t wrong, erased, speechless, unsaved;
};

struct scene {
    struct store_scene store;
    struct recorded recording;
    struct usb_bus *bus;
    struct parameters parameters;
    struct bay_view last; /* of the bay */
    size_t n_events;
    struct totals *totals;
    const char *fault, *lend_fault;
};

static void on_event(void *user, const struct dock_event *event)
{
    struct scene *self = user;
    if (event->bay != NULL) {
        self->last = *event->bay;
        self->n_events++;
    }
}

static void complain(const struct scene *self, const char *what)
{
    printf("%s: %s, then %s: %s:%s %s\n", what, self->fault, self->lend_fault,
           bay_state_words(self->last.state)->word, dock_message_word(self->last.message),
           self->last.detail);
}

/* Whether the archive has the recording, every byte of it; a file by any name counts. */
static bool archive_has_all(const struct scene *self)
{
    char folder[2300], path[2700];
    bool found = false;
    snprintf(folder, sizeof folder, "%s/archive", self->store.folder);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && !found && (entry = readdir(dir)) != NULL;) {
        size_t n = 0;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        char *at = entry->d_name[0] != '.' ? check_read_file(path, &n) : NULL;
        found = at != NULL && n == self->recording.n && memcmp(at, self->recording.at, n) == 0;
        free(at);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return found;
}

/* The recorder itself shows other bytes there for ever; then the copy rightly has them. */
static bool changes_content(const char *fault)
{
    const char *sector = strstr(fault, "sector:");
    bool stays = sector != NULL && strchr(sector, '=') == NULL;
    return stays || strstr(fault, "header") != NULL || strstr(fault, "torn") != NULL ||
           strstr(fault, "volume:*:otherid") != NULL;
}

static bool has_sentence(const struct bay_view *view)
{
    struct text ja, en;
    const char *const values[] = {view->arg[0], view->arg[1], view->arg[2]};
    text_init(&ja);
    text_init(&en);
    dock_message_add(&ja, view->message, LANGUAGE_JA, values, 3);
    dock_message_add(&en, view->message, LANGUAGE_EN, values, 3);
    bool is_good = text_columns(text_string(&ja)) > 10 && strlen(text_string(&en)) > 10;
    text_release(&ja);
    text_release(&en);
    return is_good;
}

/* One evening at the dock: everything that is there is done, then the station ends. */
static void dock_once(struct scene *self)
{
    struct failure why = {0};
    struct station_totals station;
    atomic_bool cancel;
    atomic_init(&cancel, false);
    struct station_options options = {.bus = self->bus,
                                      .bays = {.store_folder = self->store.folder,
                                               .participant = "P01",
                                               .recipe = RECIPE_DEFAULT,
                                               .parameters = &self->parameters,
                                               .is_once = true,
                                               .reads_unfinished = true},
                                      .first_wait_ns = NS_PER_S,
                                      .cancel = &cancel,
                                      .find_driver = dock_driver_for_usb,
                                      .on_event = on_event,
                                      .user = self};
    self->last = (struct bay_view){.number = 0};
    if (station_run(&options, &station, &why) != YK_OK) {
        fail_msg("%s: %s", self->fault, why.text);
    }
    if (self->n_events == 0) {
        return; /* nothing was on the bus */
    }
    enum bay_kind kind = bay_state_words(self->last.state)->kind;
    if (!has_sentence(&self->last) || kind == BAY_KIND_BUSY) {
        self->totals->speechless++;
        complain(self, "no end with a sentence");
    }
    bool says_safe = kind == BAY_KIND_SAFE && self->last.bytes > 0;
    if ((says_safe || self->last.is_verified) && !changes_content(self->fault) &&
        !archive_has_all(self)) {
        self->totals->wrong++;
        complain(self, "called safe without all bytes");
    }
}

static bool is_saved(const struct scene *self)
{
    return self->last.bytes > 0 && (self->last.is_verified || self->last.was_there);
}

/* ---- lending ---- */

enum spoiled { COPY_SOUND, COPY_DAMAGED, COPY_GONE };

static void spoil_copies(const struct scene *self, enum spoiled how)
{
    char folder[2300], path[2700];
    snprintf(folder, sizeof folder, "%s/archive", self->store.folder);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (how == COPY_GONE) {
            assert_int_equal(unlink(path), 0);
            continue;
        }
        assert_int_equal(chmod(path, 0600), 0);
        FILE *file = fopen(path, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, 100000, SEEK_SET), 0);
        assert_int_equal(fputc(0x5a, file), 0x5a);
        assert_int_equal(fclose(file), 0);
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

static void lend_it(struct scene *self, enum spoiled how)
{
    struct failure why = {0};
    struct dock_device *device = NULL;
    struct lend_result result;
    struct zone *zone = NULL;
    struct pretend_stats stats;
    int64_t now = clock_now_utc_ns();
    bool had_copy = how == COPY_SOUND && archive_has_all(self);
    assert_int_equal(zone_open("Asia/Tokyo", &zone, &why), YK_OK);
    if (how != COPY_SOUND) {
        spoil_copies(self, how);
    }
    pretend_unplug(self->bus, 0);
    assert_int_equal(pretend_fault(self->bus, 0, self->lend_fault, &why), YK_OK);
    pretend_plug(self->bus, 0);
    struct lend_request request = {.person = "P02",
                                   .from_ns = now + 24 * NS_PER_H,
                                   .to_ns = now + 8 * 24 * NS_PER_H,
                                   .zone = zone,
                                   .rate_hz = 50,
                                   .range_g = 8,
                                   .now_ns = now};
    bool is_lent = false;
    if (docked_try(self->bus, NULL, NULL, &device, &why) == YK_OK) {
        is_lent = lend_run(&self->store.store, device, &request, &result, NULL, &why) == YK_OK;
        if (getenv("YOAKE_FAULTS_SAY") != NULL) {
            printf("%s; copy %d; %s: %s (%s)\n", self->fault, (int)how, self->lend_fault,
                   lend_message_word(result.message), is_lent ? "lent" : why.text);
        }
        if (!is_lent && strlen(why.text) < 15) {
            self->totals->speechless++;
            complain(self, "lending ended without a sentence");
        }
        dock_device_close(device);
    }
    pretend_stats(self->bus, 0, &stats);
    if (stats.formats > 0 && !had_copy &&
        (self->last.bytes == 0 || !changes_content(self->fault))) {
        self->totals->erased++;
        complain(self, "ERASED without an equal copy");
    }
    self->totals->lent += is_lent;
    self->totals->not_lent += !is_lent;
    zone_close(zone);
}

/* ---- one case ---- */

static void run_one(struct totals *totals, const char *fault, const char *lend_fault,
                    enum spoiled how)
{
    struct scene self = {.totals = totals, .fault = fault, .lend_fault = lend_fault};
    struct failure why = {0};
    alarm(LIMIT_S); /* nothing may hang */
    store_scene_make(&self.store);
    assert_int_equal(person_add(&self.store.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&self.store.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &self.parameters, &why), YK_OK);
    recorded_make(&self.recording, self.store.root, "a.cwa", SECTORS, 39434, 26);
    struct pretend_recorder r = {
        .file = self.recording.path, .battery_pct = 95, .skips_waits = true, .faults = fault};
    self.bus = docked_bus(&r);
    totals->n++;
    dock_once(&self);
    totals->safe_at_once += is_saved(&self);
    if (!is_saved(&self)) {
        totals->attention++;
        assert_int_equal(pretend_fault(self.bus, 0, NULL, &why), YK_OK);
        pretend_unplug(self.bus, 0);
        pretend_plug(self.bus, 0);
        dock_once(&self);
        totals->safe_later += is_saved(&self);
        if (!is_saved(&self) && strstr(fault, "volume:") == NULL && self.last.bytes == 0) {
            totals->unsaved++;
            complain(&self, "not saved although nothing is wrong any more");
        }
    }
    lend_it(&self, how);
    usb_bus_close(self.bus);
    recorded_release(&self.recording);
    store_scene_remove(&self.store);
    alarm(0);
}

/* A recorder that nobody saved, lent at once. */
static void lend_unsaved(struct totals *totals, const char *damage, const char *fault)
{
    struct scene self = {.totals = totals,
                         .fault = damage != NULL ? damage : "nothing saved",
                         .lend_fault = fault != NULL ? fault : ""};
    struct failure why = {0};
    store_scene_make(&self.store);
    assert_int_equal(person_add(&self.store.store, "P02", NULL, NULL, &why), YK_OK);
    recorded_make(&self.recording, self.store.root, "a.cwa", SECTORS, 39434, 26);
    struct pretend_recorder r = {
        .file = self.recording.path, .battery_pct = 95, .skips_waits = true, .faults = damage};
    self.bus = docked_bus(&r);
    totals->n++;
    lend_it(&self, COPY_SOUND); /* there is none */
    usb_bus_close(self.bus);
    recorded_release(&self.recording);
    store_scene_remove(&self.store);
}

static bool is_wanted(const struct campaign_case *one)
{
    return one->task == CAMPAIGN_DOWNLOAD && strncmp(one->fault, "host:", 5) != 0 &&
           strstr(one->fault, "bootloader") == NULL;
}

static void the_whole_way_loses_nothing(void **state)
{
    (void)state;
    /* What goes wrong while lending; "" nothing. */
    static const char *const lending[] = {"",
                                          "read10:9:flip",
                                          "read10:5+:flip",
                                          "bytes:900000:unplug",
                                          "cdc/format:1:drop",
                                          "cdc/session:*:forget",
                                          "transfer:150:unplug",
                                          "sector:77:garble",
                                          "read10:8:lie",
                                          "cdc/sample:*:drop",
                                          "cdc/format:1:unplug",
                                          "volume:*:short=1024",
                                          "cdc/id:1:garble",
                                          "read10:12:fail"};
    const char *wanted = getenv("YOAKE_FAULTS");
    size_t share = wanted != NULL && strcmp(wanted, "full") == 0 ? SHARE_FULL : SHARE;
    struct pretend_stats normal[2] = {{.transfers = 220, .bytes_in = 420000, .reads = 14},
                                      {.transfers = 300}};
    struct totals totals = {.n = 0};
    size_t n = 0, k = 0;
    int64_t began = clock_monotonic_ns();
    struct campaign_case *cases = campaign_cases(normal, 0, &n);
    for (size_t i = 4; i < n; i += share) {
        if (is_wanted(&cases[i])) {
            run_one(&totals, cases[i].fault, lending[k % (sizeof lending / sizeof *lending)],
                    (enum spoiled)(k % 5 < 3 ? 0 : k % 5 - 2));
            k++;
        }
    }
    printf("station and lending: %zu faults twice over; safe at once %zu, attention %zu, safe "
           "later %zu; lent %zu, refused %zu\n",
           totals.n, totals.safe_at_once, totals.attention, totals.safe_later, totals.lent,
           totals.not_lent);
    printf("called safe but not all there %zu, erased without an equal copy %zu, no sentence "
           "%zu, not saved afterwards %zu; %.1f s\n",
           totals.wrong, totals.erased, totals.speechless, totals.unsaved,
           (double)(clock_monotonic_ns() - began) / 1e9);
    assert_int_equal(totals.wrong + totals.erased + totals.speechless + totals.unsaved, 0);
    assert_true(totals.n >= 10 && totals.lent > 0 && totals.not_lent > 0);
    free(cases);
}

/* Directory, tables and header that read wrong once, or lost the recording, while nothing of it
 * is in the archive: a recorder that only looks empty is not. */
static void what_only_looks_empty_is_not_erased(void **state)
{
    (void)state;
    static const unsigned at[] = {0, 11, 26, 32, 36, 43, 58, 60, 61, 62, 63, 450, 510};
    struct totals totals = {.n = 0};
    char fault[64];
    for (int read = 1; read <= 8; read++) {
        for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
            snprintf(fault, sizeof fault, "read10:%d:flip=%u", read, at[i]);
            lend_unsaved(&totals, NULL, fault);
        }
    }
    lend_unsaved(&totals, "volume:*:nofile", NULL);
    lend_unsaved(&totals, "volume:*:noheader", NULL);
    lend_unsaved(&totals, "volume:*:fatgone", NULL);
    lend_unsaved(&totals, "volume:*:short=204000", NULL);
    assert_int_equal(totals.erased, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_way_loses_nothing),
        cmocka_unit_test(what_only_looks_empty_is_not_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
