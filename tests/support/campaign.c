/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/zone.h"
#include "src/dock/download.h"
#include "tests/support/campaign.h"
#include "tests/support/cwa_open.h"

enum { TRIES = 4, STUCK_S = 900, PIECE = 65536 };

/* One case under way. */
struct run {
    const struct campaign_recorder *recorder;
    const struct campaign_case *one;
    const struct recorded *recording;
    char parts[2200], archive[2200];
    struct zone *zone;
    struct failure why;
    struct download_result result;
    struct dock_setup setup;
    struct campaign_row seen; /* of this case alone */
};

static void replug(const struct campaign_recorder *recorder)
{
    recorder->unplug(recorder->user);
    recorder->plug(recorder->user);
}

static double now_s(const struct campaign_recorder *recorder)
{
    struct pretend_stats stats;
    recorder->stats(recorder->user, &stats);
    return (double)stats.skipped_us / 1e6 + (double)clock_monotonic_ns() / 1e9;
}

/* What a person at the dock would read. */
static void check_sentence(struct run *run, enum yk_status status)
{
    const char *text = run->why.text;
    bool is_good = run->why.code == status && strlen(text) > 15 && strchr(text, ' ') != NULL;
    run->seen.speechless += is_good ? 0 : 1;
}

/* ---- the two tasks ---- */

static enum yk_status dock(struct run *run, struct dock_device **out)
{
    return docked_try(run->recorder->bus, run->recorder->serial, NULL, out, &run->why);
}

static enum yk_status download_once(struct run *run)
{
    struct dock_device *device = NULL;
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct dock_clock clock;
    run->why = (struct failure){0};
    enum yk_status status = dock(run, &device);
    if (status != YK_OK) {
        return status;
    }
    status = device->ops->identify(device, &identity, &battery, &health, &run->why);
    if (status == YK_OK) {
        struct download_plan plan = {.device = device,
                                     .identity = &identity,
                                     .health = &health,
                                     .parts = run->parts,
                                     .archive = run->archive,
                                     .piece_bytes = PIECE};
        (void)device->ops->read_clock(device, run->zone, &clock, NULL);
        (void)device->ops->led(device, 3, NULL);
        status = download_run(&plan, &run->result, NULL, &run->why);
        (void)device->ops->led(device, 2, NULL);
    }
    dock_device_close(device);
    return status;
}

static enum yk_status setup_once(struct run *run)
{
    struct dock_device *device = NULL;
    run->why = (struct failure){0};
    enum yk_status status = dock(run, &device);
    if (status == YK_OK) {
        status = device->ops->configure(device, &run->setup, NULL, &run->why);
    }
    dock_device_close(device);
    return status;
}

/* ---- judging ---- */

/* The device itself holds something else there, for ever: the copy is right to have it, too. */
static bool may_differ(const struct campaign_case *one, size_t sector)
{
    if (sector < 2 && (strstr(one->fault, "header") != NULL ||
                       strstr(one->fault, "volume:*:otherid") != NULL)) {
        return true;
    }
    for (const char *at = one->fault; (at = strstr(at, "sector:")) != NULL; at++) {
        const char *what = strchr(at + 7, ':');
        size_t length = what != NULL ? strcspn(what, ",") : 0;
        bool heals = what == NULL || memchr(what, '=', length) != NULL;
        if (!heals && strtoul(at + 7, NULL, 10) == sector) {
            return true;
        }
    }
    return false;
}

/* Whether the archived copy is what the recorder holds. */
static bool copy_is_right(const struct run *run)
{
    char path[2600];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s", run->archive, run->result.archived.name);
    char *copy = check_read_file(path, &n);
    if (copy == NULL) {
        return false;
    }
    size_t torn = strstr(run->one->fault, "torn") != NULL ? 511 : 0;
    bool is_right = n >= run->recording->n && n <= run->recording->n + torn;
    for (size_t i = 0; is_right && i < run->recording->n; i += 512) {
        is_right =
            memcmp(copy + i, run->recording->at + i, 512) == 0 || may_differ(run->one, i / 512);
    }
    free(copy);
    return is_right;
}

/* Whether the recorder, asked without any fault, is set up as it should be. */
static bool setup_is_right(struct run *run)
{
    struct dock_device *device = NULL;
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    run->recorder->fault(run->recorder->user, NULL);
    replug(run->recorder);
    bool is_right =
        dock(run, &device) == YK_OK &&
        device->ops->identify(device, &identity, &battery, &health, &run->why) == YK_OK &&
        identity.session_by_command == run->setup.session &&
        identity.session_by_file == run->setup.session && health.plan_stop_never == false &&
        fabs(health.rate_hz - run->setup.rate_hz) < 0.01;
    dock_device_close(device);
    return is_right;
}

static void note_success(struct run *run, size_t *where)
{
    bool is_setup = run->one->task == CAMPAIGN_SETUP;
    if (is_setup) {
        run->seen.wrong += setup_is_right(run) ? 0 : 1;
        (*where)++;
    } else if (run->result.is_verified) {
        run->seen.wrong += copy_is_right(run) ? 0 : 1;
        (*where)++;
    } else {
        run->seen.kept++;
    }
}

/* A recorder may be empty only when a verified copy is there. */
static void note_losses(struct run *run, bool has_copy)
{
    struct pretend_stats stats;
    run->recorder->stats(run->recorder->user, &stats);
    if (stats.formats > 0 && !has_copy) {
        run->seen.erased++;
        run->seen.lost++;
    }
}

static bool is_standing(const struct campaign_case *one)
{
    return strstr(one->fault, "volume:") != NULL;
}

static bool is_host(const struct campaign_case *one)
{
    return strncmp(one->fault, "host:", 5) == 0;
}

/* The first try dies with the program that makes it. */
static void die_trying(struct run *run, enum yk_status (*task)(struct run *run))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run->recorder->host(run->recorder->user, run->one->fault);
        (void)task(run);
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
    }
    run->recorder->host(run->recorder->user, NULL);
}

/* Tries as staff would: once more, with the recorder pulled out and put back in between. */
static void work(struct run *run)
{
    enum yk_status (*task)(struct run * run) =
        run->one->task == CAMPAIGN_SETUP ? setup_once : download_once;
    double began_s = now_s(run->recorder);
    enum yk_status status = YK_ERR_NO_DEVICE;
    bool is_kill = is_host(run->one) && strstr(run->one->fault, "kill") != NULL;
    if (is_kill) {
        die_trying(run, task);
    } else if (is_host(run->one)) {
        run->recorder->host(run->recorder->user, run->one->fault);
    }
    for (int i = is_kill ? 1 : 0; i < TRIES && status != YK_OK; i++) {
        double start_s = now_s(run->recorder);
        status = task(run);
        run->seen.stuck += now_s(run->recorder) - start_s > STUCK_S ? 1 : 0;
        if (status == YK_OK) {
            note_success(run, i == 0 ? &run->seen.at_once : &run->seen.replugged);
        } else {
            check_sentence(run, status);
            replug(run->recorder);
        }
    }
    run->seen.longest_s = now_s(run->recorder) - began_s;
    if (status == YK_OK) {
        return;
    }
    run->recorder->fault(run->recorder->user, NULL);
    if (run->recorder->host != NULL) {
        run->recorder->host(run->recorder->user, NULL);
    }
    for (int i = 0; i < 2 && status != YK_OK; i++) {
        replug(run->recorder);
        status = task(run);
    }
    if (status == YK_OK) {
        note_success(run, &run->seen.afterwards);
    } else {
        run->seen.refused++;
        /* The fault is gone: then it must work. Only a damaged disk stays as it is. */
        run->seen.stuck += is_standing(run->one) ? 0 : 1;
    }
}

static struct campaign_row *row_of(struct campaign *self, const char *kind)
{
    for (size_t i = 0; i < self->n_rows; i++) {
        if (strcmp(self->rows[i].kind, kind) == 0) {
            return &self->rows[i];
        }
    }
    assert_true(self->n_rows < sizeof self->rows / sizeof *self->rows);
    struct campaign_row *row = &self->rows[self->n_rows++];
    *row = (struct campaign_row){.n = 0};
    snprintf(row->kind, sizeof row->kind, "%s", kind);
    return row;
}

static bool is_bad(const struct campaign_row *row)
{
    return row->lost + row->wrong + row->erased + row->speechless + row->stuck > 0;
}

static void add_row(struct campaign_row *to, const struct campaign_row *from)
{
    to->n += from->n;
    to->at_once += from->at_once;
    to->replugged += from->replugged;
    to->afterwards += from->afterwards;
    to->kept += from->kept;
    to->refused += from->refused;
    to->lost += from->lost;
    to->wrong += from->wrong;
    to->erased += from->erased;
    to->speechless += from->speechless;
    to->stuck += from->stuck;
    to->longest_s = fmax(to->longest_s, from->longest_s);
}

void campaign_merge(struct campaign *self, const struct campaign *other)
{
    for (size_t i = 0; i < other->n_rows; i++) {
        add_row(row_of(self, other->rows[i].kind), &other->rows[i]);
    }
}

static void make_setup(struct dock_setup *out, const struct zone *zone)
{
    int64_t start = clock_now_utc_ns() + 24 * NS_PER_H;
    start -= floor_mod(start, NS_PER_H);
    *out = (struct dock_setup){.session = 4711,
                               .start_ns = start,
                               .stop_ns = start + 7 * 24 * NS_PER_H,
                               .zone = zone,
                               .rate_hz = 50,
                               .range_g = 8,
                               .erase = true};
    snprintf(out->annotation, sizeof out->annotation, "_sc=P0042&_p=left+wrist");
}

void campaign_run(struct campaign *self, const struct campaign_recorder *recorder,
                  const struct campaign_case *one)
{
    struct run run = {.recorder = recorder, .one = one, .recording = self->recording};
    char root[2048];
    bool has_copy = false;
    snprintf(root, sizeof root, "%s", check_scratch("case"));
    snprintf(run.parts, sizeof run.parts, "%s/dock", root);
    snprintf(run.archive, sizeof run.archive, "%s/archive", root);
    assert_int_equal(disk_make_folder(run.parts, NULL), YK_OK);
    assert_int_equal(disk_make_folder(run.archive, NULL), YK_OK);
    run.zone = open_zone("UTC");
    make_setup(&run.setup, run.zone);
    run.seen.n = 1;
    if (one->task == CAMPAIGN_SETUP) { /* the dock erases only what was copied */
        assert_int_equal(download_once(&run), YK_OK);
        has_copy = run.result.is_verified && copy_is_right(&run);
        assert_true(has_copy);
        recorder->fault(recorder->user, one->fault);
        if (strstr(one->fault, "device:") != NULL) {
            replug(recorder);
        }
    }
    work(&run);
    if (recorder->host != NULL) {
        recorder->host(recorder->user, NULL);
    }
    note_losses(&run, has_copy);
    if (self->is_verbose || is_bad(&run.seen)) {
        printf("%-30s %-40s %s%s%s%s%s%s%s%s %.1f s %s\n", one->kind, one->fault,
               run.seen.at_once > 0 ? "at once" : "", run.seen.replugged > 0 ? "replugged" : "",
               run.seen.afterwards > 0 ? "afterwards" : "", run.seen.kept > 0 ? "kept" : "",
               run.seen.refused > 0 ? "refused" : "", run.seen.wrong > 0 ? " WRONG" : "",
               run.seen.stuck > 0 ? " STUCK" : "", run.seen.speechless > 0 ? " SPEECHLESS" : "",
               run.seen.longest_s, run.why.text);
    }
    add_row(row_of(self, one->kind), &run.seen);
    zone_close(run.zone);
    check_remove(root);
}

static void print_row(const struct campaign_row *row)
{
    printf("%-34s %5zu %8zu %8zu %8zu %6zu %7zu %5zu %5zu %6zu %5zu %5zu %7.1f\n", row->kind,
           row->n, row->at_once, row->replugged, row->afterwards, row->kept, row->refused,
           row->lost, row->wrong, row->erased, row->speechless, row->stuck, row->longest_s);
}

bool campaign_report(const struct campaign *self)
{
    struct campaign_row all = {.kind = "all"};
    printf("%-34s %5s %8s %8s %8s %6s %7s %5s %5s %6s %5s %5s %7s\n", "fault", "n", "verified",
           "after a", "fault", "not", "refused", "lost", "wrong", "erased", "no", "hung",
           "longest");
    printf("%-34s %5s %8s %8s %8s %6s %7s %5s %5s %6s %5s %5s %7s\n", "", "", "at once",
           "re-plug", "gone", "verif.", "", "", "", "", "word", "", "s");
    for (size_t i = 0; i < self->n_rows; i++) {
        print_row(&self->rows[i]);
        add_row(&all, &self->rows[i]);
    }
    print_row(&all);
    return !is_bad(&all);
}
