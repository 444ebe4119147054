/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sample of the fault campaign through the real libusb, ten recorders at a time. Waiting
 * takes its time here, so that faults which only make everybody wait are left to the campaign
 * in one process. All hundred random points of being unplugged are among those of every `make
 * test`; YOAKE_FAULTS=full: some hundred more. No temporary file may be below /dev here:
 * umockdev would take it for a device.
 */
#include "tests/support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "tests/device/umock_polite.h"
#include "tests/device/umock_usbfs.h"
#include "tests/support/campaign.h"

enum {
    SECTORS = 1200,
    SHARE = 25,
    SHARE_FULL = 4,
    PLACES = 10,
    FIRST_ID = 20000,
    LIMIT_S = 250
};

/* The disk's patience is tried elsewhere (test_download_faults); here it is USB's. */
int fsync(int fd);
int fsync(int fd)
{
    (void)fd;
    return 0;
}

static void plug(void *user)
{
    umock_polite_lock();
    umock_plug(user);
    umock_polite_unlock();
}
static void unplug(void *user)
{
    umock_polite_lock();
    umock_unplug(user);
    umock_polite_unlock();
}
static void fault(void *user, const char *faults)
{
    umock_fault(user, faults);
}
static void stats(void *user, struct pretend_stats *out)
{
    umock_stats(user, NULL, out);
}

/* One place of the dock: its recorder has the same number for every case. */
struct place {
    pthread_t thread;
    unsigned port;
    struct usb_bus *bus;
    UMockdevTestbed *testbed;
    struct recorded recording;
    struct campaign campaign;
    const struct campaign_case *const *cases;
    size_t n; /* of all the cases, this place takes every PLACES-th */
    unsigned n_mistakes;
};

static void run_one(struct place *place, const struct campaign_case *one,
                    struct pretend_stats *out)
{
    bool is_setup = one->task == CAMPAIGN_SETUP;
    char serial[32];
    struct pretend_recorder r = {.file = place->recording.path,
                                 .faults = is_setup ? NULL : one->fault};
    struct umock_stats usb;
    snprintf(serial, sizeof serial, "CWA17_%05u", FIRST_ID + place->port);
    umock_polite_lock();
    struct umock_device *device = umock_new(place->testbed, &r, place->port);
    umock_plug(device);
    umock_polite_unlock();
    struct campaign_recorder recorder = {.bus = place->bus,
                                         .serial = serial,
                                         .user = device,
                                         .plug = plug,
                                         .unplug = unplug,
                                         .fault = fault,
                                         .stats = stats};
    campaign_run(&place->campaign, &recorder, one);
    umock_stats(device, &usb, out);
    place->n_mistakes += usb.unclaimed + usb.configured;
    umock_polite_lock();
    umock_free(device);
    umock_polite_unlock();
}

static void *work(void *user)
{
    struct place *place = user;
    for (size_t i = place->port - 1; i < place->n; i += PLACES) {
        run_one(place, place->cases[i], NULL);
    }
    return NULL;
}

/* Whether a case is over soon, and can be had here at all. */
static bool is_quick(const struct campaign_case *one)
{
    static const char *const slow[] = {"hang",       "delay",   "drop",       "part",
                                       "long",       "garble",  "host:",      "bootloader",
                                       "locked",     "denied",  "claimed",    "mounted",
                                       "unreadable", "usbid",   "unknown",    "notready",
                                       "+:",         "*:stall", "two faults", "split"};
    if (one->task == CAMPAIGN_SETUP) {
        return false;
    }
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        if (strstr(one->fault, slow[i]) != NULL || strstr(one->kind, slow[i]) != NULL) {
            return false;
        }
    }
    return true;
}

/* A few that wait, and setting up, when all is asked for. */
static bool is_worth_waiting(const struct campaign_case *one, size_t i)
{
    return (one->task == CAMPAIGN_SETUP && i % 11 == 0 && strstr(one->fault, "hang") == NULL) ||
           (strncmp(one->kind, "disk: hang", 10) == 0 && strstr(one->fault, "+") == NULL &&
            i % 5 == 0);
}

static bool is_due(const struct campaign_case *one, size_t i, const char *only, bool is_full)
{
    if (only != NULL) {
        return strcmp(one->fault, only) == 0;
    }
    if (strcmp(one->kind, "unplugged at a byte") == 0) {
        return true;
    }
    if (is_full) {
        return is_worth_waiting(one, i) || (is_quick(one) && i % SHARE_FULL == 0);
    }
    return is_quick(one) && i % SHARE == 0;
}

/* Those of all cases that are run here; caller frees. */
static const struct campaign_case **choose(const struct campaign_case *all, size_t n,
                                           size_t *n_chosen)
{
    const char *wanted = getenv("YOAKE_FAULTS");
    bool is_full = wanted != NULL && strcmp(wanted, "full") == 0;
    const char *only = wanted != NULL && strchr(wanted, ':') != NULL ? wanted : NULL;
    const struct campaign_case **chosen = malloc(n * sizeof *chosen);
    assert_non_null(chosen);
    *n_chosen = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_due(&all[i], i, only, is_full)) {
            chosen[(*n_chosen)++] = &all[i];
        }
    }
    assert_true(only != NULL || *n_chosen >= 100);
    return chosen;
}

static void nothing_is_lost_through_libusb(void **state)
{
    (void)state;
    char folder[2048];
    struct place places[PLACES];
    struct campaign all = {.n_rows = 0};
    const struct campaign_case none = {.task = CAMPAIGN_DOWNLOAD, .kind = "none"};
    struct pretend_stats normal[2];
    UMockdevTestbed *testbed = umockdev_testbed_new();
    size_t n = 0, n_chosen = 0;
    snprintf(folder, sizeof folder, "%s", check_scratch("umock_campaign"));
    struct usb_bus *bus = umock_polite_open();
    for (unsigned i = 0; i < PLACES; i++) {
        char name[32];
        places[i] = (struct place){.port = i + 1, .bus = bus, .testbed = testbed};
        snprintf(name, sizeof name, "%u.cwa", i);
        recorded_make(&places[i].recording, folder, name, SECTORS, FIRST_ID + i + 1, 26);
        places[i].campaign.recording = &places[i].recording;
    }
    run_one(&places[0], &none, &normal[0]);
    assert_int_equal(places[0].campaign.rows[0].at_once, 1);
    places[0].campaign.n_rows = 0;
    normal[1] = normal[0];
    struct campaign_case *cases = campaign_cases(normal, 0, &n);
    const struct campaign_case **chosen = choose(cases, n, &n_chosen);
    int64_t began = clock_monotonic_ns();
    alarm(LIMIT_S); /* nothing may hang */
    for (unsigned i = 0; i < PLACES; i++) {
        places[i].cases = chosen;
        places[i].n = n_chosen;
        assert_int_equal(pthread_create(&places[i].thread, NULL, work, &places[i]), 0);
    }
    unsigned n_mistakes = 0;
    for (unsigned i = 0; i < PLACES; i++) {
        pthread_join(places[i].thread, NULL);
        campaign_merge(&all, &places[i].campaign);
        n_mistakes += places[i].n_mistakes;
        recorded_release(&places[i].recording);
    }
    alarm(0);
    bool is_good = campaign_report(&all);
    printf("%zu faults through libusb in %.1f s\n", n_chosen,
           (double)(clock_monotonic_ns() - began) / 1e9);
    assert_true(is_good);
    assert_int_equal(n_mistakes, 0);
    usb_bus_close(bus);
    free(chosen);
    free(cases);
    g_object_unref(testbed);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_through_libusb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
