/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fault campaign on recorders in this process, whose waits take no time, and on a PC whose
 * disk fails or whose program is killed. Every ninth case here; YOAKE_FAULTS=full (`make
 * faults`): all of them; YOAKE_FAULTS=read10:9:stall: this one, with what was said.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "tests/support/campaign.h"
#include "tests/support/faulty_io.h"

enum { SHARE = 9, SECTORS = 1200, LIMIT_S = 60 };

static void plug(void *user)
{
    pretend_plug(user, 0);
}
static void unplug(void *user)
{
    pretend_unplug(user, 0);
}
static void fault(void *user, const char *faults)
{
    assert_int_equal(pretend_fault(user, 0, faults, NULL), YK_OK);
}
static void stats(void *user, struct pretend_stats *out)
{
    pretend_stats(user, 0, out);
}

static void host(void *user, const char *fault_text)
{
    (void)user;
    if (fault_text == NULL) {
        if (faulty_mode_now != FAULTY_COUNT) {
            faulty_plan(FAULTY_OFF, 0, 0);
        }
        return;
    }
    int at = (int)strtol(fault_text + strlen("host:"), NULL, 10);
    bool is_full = strstr(fault_text, "full") != NULL;
    bool is_kill = strstr(fault_text, "kill") != NULL;
    faulty_plan(is_kill   ? FAULTY_KILL
                : is_full ? FAULTY_FAIL_ON
                          : FAULTY_FAIL,
                at, is_full ? ENOSPC : EIO);
}

static void run_one(struct campaign *campaign, const struct campaign_case *one,
                    struct pretend_stats *out)
{
    bool is_plain = one->task == CAMPAIGN_SETUP || strncmp(one->fault, "host:", 5) == 0;
    struct pretend_recorder r = {.file = campaign->recording->path,
                                 .skips_waits = true,
                                 .faults = is_plain ? NULL : one->fault};
    struct usb_bus *bus = docked_bus(&r);
    struct campaign_recorder recorder = {.bus = bus,
                                         .user = bus,
                                         .plug = plug,
                                         .unplug = unplug,
                                         .fault = fault,
                                         .stats = stats,
                                         .host = host};
    alarm(LIMIT_S); /* nothing may hang */
    campaign_run(campaign, &recorder, one);
    alarm(0);
    if (out != NULL) {
        pretend_stats(bus, 0, out);
    }
    usb_bus_close(bus);
}

/* What undisturbed runs do, and how often they write: places for faults. */
static int run_undisturbed(struct campaign *campaign, struct pretend_stats normal[static 2])
{
    struct campaign aside = {.recording = campaign->recording};
    int writes = 0;
    for (int task = 1; task >= 0; task--) {
        struct campaign_case none = {.task = (enum campaign_task)task, .kind = "none"};
        faulty_plan(FAULTY_COUNT, 0, 0);
        run_one(&aside, &none, &normal[task]);
        writes = faulty_calls();
    }
    faulty_plan(FAULTY_OFF, 0, 0);
    assert_int_equal(aside.rows[0].at_once, 2);
    return writes;
}

static void nothing_is_lost_whatever_goes_wrong(void **state)
{
    (void)state;
    const char *wanted = getenv("YOAKE_FAULTS");
    bool is_full = wanted != NULL && strcmp(wanted, "full") == 0;
    const char *only = wanted != NULL && strchr(wanted, ':') != NULL ? wanted : NULL;
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0) {
        setenv("TMPDIR", "/dev/shm", 1);
    }
    char folder[2048];
    struct recorded recording;
    struct campaign campaign = {.recording = &recording, .is_verbose = only != NULL};
    struct pretend_stats normal[2];
    size_t n = 0, run = 0;
    snprintf(folder, sizeof folder, "%s", check_scratch("campaign"));
    recorded_make(&recording, folder, "a.cwa", SECTORS, 39434, 26);
    int writes = run_undisturbed(&campaign, normal);
    struct campaign_case *cases = campaign_cases(normal, writes, &n);
    int64_t began = clock_monotonic_ns();
    for (size_t i = 0; i < n; i++) {
        bool is_due =
            only != NULL ? strcmp(cases[i].fault, only) == 0 : is_full || i % SHARE == 3;
        if (is_due) {
            run_one(&campaign, &cases[i], NULL);
            run++;
        }
    }
    bool is_good = campaign_report(&campaign);
    printf("%zu faults in %.1f s\n", run, (double)(clock_monotonic_ns() - began) / 1e9);
    assert_true(is_good);
    assert_true(only != NULL || run >= (is_full ? 1000 : 150));
    free(cases);
    recorded_release(&recording);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_whatever_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
