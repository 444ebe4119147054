/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which faults, where and when. Numbers that look random come from a generator with a fixed
 * seed.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/campaign.h"

struct cases {
    struct campaign_case *at;
    size_t n, room;
    uint64_t random;
};

static uint64_t any(struct cases *self, uint64_t below)
{
    self->random = self->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below > 0 ? (self->random >> 33) % below : 0;
}

static void add(struct cases *self, enum campaign_task task, const char *kind, const char *fmt,
                ...) __attribute__((format(printf, 4, 5)));
static void add(struct cases *self, enum campaign_task task, const char *kind, const char *fmt,
                ...)
{
    if (self->n == self->room) {
        self->room = self->room * 2 + 256;
        self->at = realloc(self->at, self->room * sizeof *self->at);
        assert_non_null(self->at);
    }
    struct campaign_case *one = &self->at[self->n++];
    va_list args;
    one->task = task;
    snprintf(one->kind, sizeof one->kind, "%s%s", task == CAMPAIGN_SETUP ? "set-up: " : "",
             kind);
    va_start(args, fmt);
    vsnprintf(one->fault, sizeof one->fault, fmt, args);
    va_end(args);
}

static void add_disk(struct cases *self, uint64_t reads)
{
    static const char *const what[] = {
        "stall",      "stall=0",  "stallcbw", "stallcsw",   "hang",  "hangcsw", "delay=100",
        "delay=9000", "short",    "lie",      "over",       "proto", "crc",     "flip",
        "flip=26",    "flip=476", "tag",      "sig",        "csw12", "fail",    "notready",
        "phase",      "unplug",   "unplug=0", "unplug=1024"};
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        char kind[40];
        snprintf(kind, sizeof kind, "disk: %.*s", (int)strcspn(what[i], "="), what[i]);
        for (uint64_t at = 1; at <= reads + 1; at += 1 + reads / 14) {
            add(self, CAMPAIGN_DOWNLOAD, kind, "read10:%llu:%s", (unsigned long long)at,
                what[i]);
        }
        /* The same wrong bit of the header in every single answer is what the recorder holds,
         * as far as any host can tell: no checksum covers it. */
        bool is_belief = strncmp(what[i], "flip=", 5) == 0;
        for (int k = 0; k < 5 && !is_belief; k++) {
            add(self, CAMPAIGN_DOWNLOAD, kind, "read10:%llu+:%s",
                (unsigned long long)(1 + any(self, reads)), what[i]);
        }
    }
}

static void add_commands(struct cases *self)
{
    static const char *const where[] = {"inquiry", "tur", "readcap", "sense"};
    static const char *const what[] = {"stall=0",  "stallcbw", "hang=0", "hangcsw",  "proto=0",
                                       "tag",      "csw12",    "fail",   "notready", "phase",
                                       "unplug=0", "short",    "over=0", "flip=0"};
    for (size_t w = 0; w < sizeof where / sizeof *where; w++) {
        for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
            add(self, CAMPAIGN_DOWNLOAD, "disk: before reading", "%s:1:%s", where[w], what[i]);
            add(self, CAMPAIGN_DOWNLOAD, "disk: before reading", "%s:*:%s", where[w], what[i]);
        }
    }
}

static void add_transfers(struct cases *self, enum campaign_task task, uint64_t transfers,
                          int each)
{
    static const char *const what[] = {"stall", "hang", "proto", "crc", "over"};
    for (int k = 0; k < 3 * each; k++) {
        add(self, task, "unplugged at a transfer", "transfer:%llu:unplug",
            (unsigned long long)(1 + any(self, transfers)));
    }
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        for (int k = 0; k < each; k++) {
            char kind[40];
            snprintf(kind, sizeof kind, "transfer: %s", what[i]);
            add(self, task, kind, "transfer:%llu:%s",
                (unsigned long long)(1 + any(self, transfers)), what[i]);
        }
    }
}

static void add_bytes(struct cases *self, uint64_t bytes)
{
    for (int k = 0; k < 100; k++) {
        add(self, CAMPAIGN_DOWNLOAD, "unplugged at a byte", "bytes:%llu:unplug",
            (unsigned long long)any(self, bytes));
    }
    for (int k = 0; k < 20; k++) {
        add(self, CAMPAIGN_DOWNLOAD, "unplugged twice", "bytes:%llu:unplug,bytes:%llu:unplug",
            (unsigned long long)any(self, bytes), (unsigned long long)any(self, bytes));
    }
}

static void add_sectors(struct cases *self)
{
    static const unsigned where[] = {0, 1, 2, 3, 128, 700, 1201};
    static const char *const what[] = {"garble", "blank", "fail"};
    for (size_t w = 0; w < sizeof where / sizeof *where; w++) {
        for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
            for (int heals = 1; heals <= 3; heals++) {
                add(self, CAMPAIGN_DOWNLOAD, "bad sector that heals", "sector:%u:%s=%d",
                    where[w], what[i], heals);
            }
            add(self, CAMPAIGN_DOWNLOAD, "bad sector that does not heal", "sector:%u:%s",
                where[w], what[i]);
        }
    }
}

static void add_serial(struct cases *self)
{
    static const char *const what[] = {
        "drop",     "delay=300", "delay=4000", "hang",   "part",    "split", "split=7", "long",
        "long=300", "garble",    "noise",      "locked", "unknown", "stall", "unplug"};
    static const char *const where[] = {"cdc:1",        "cdc:2",        "cdc:5",
                                        "cdc/id:1",     "cdc/id:*",     "cdc/sample:1",
                                        "cdc/sample:*", "cdc/status:1", "cdc/session:*",
                                        "cdc/led:*",    "cdc/log:*",    "cdc:*"};
    for (size_t w = 0; w < sizeof where / sizeof *where; w++) {
        for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
            char kind[40];
            snprintf(kind, sizeof kind, "serial: %.*s", (int)strcspn(what[i], "="), what[i]);
            add(self, CAMPAIGN_DOWNLOAD, kind, "%s:%s", where[w], what[i]);
        }
    }
}

static void add_conditions(struct cases *self)
{
    static const char *const device[] = {
        "id=4",       "usbid=7", "battery=3",  "battraw=1", "battraw=1023", "clock2000",
        "clockstuck", "modem",   "bootloader", "locked",    "noecc",        "selftest=3",
        "spare=0",    "denied",  "claimed",    "mounted",   "unreadable"};
    static const char *const volume[] = {
        "fatloop",      "fatloop=0", "fatloop=1", "fatfree",    "fatfree=0",   "fatbad",
        "fatbad=2",     "fatcut",    "fatcut=0",  "fatcut=3",   "fatzero",     "fatgone",
        "noboot",       "nombr",     "nofile",    "fragmented", "short=1024",  "short=40960",
        "short=524288", "torn",      "torn=511",  "noheader",   "otherheader", "otherid"};
    static const char *const control[] = {"maxlun", "linecoding", "msreset"};
    for (size_t i = 0; i < sizeof device / sizeof *device; i++) {
        add(self, CAMPAIGN_DOWNLOAD, "recorder: its state", "device:*:%s", device[i]);
    }
    for (size_t i = 0; i < sizeof volume / sizeof *volume; i++) {
        add(self, CAMPAIGN_DOWNLOAD, "file system or header damaged", "volume:*:%s", volume[i]);
    }
    for (size_t i = 0; i < sizeof control / sizeof *control; i++) {
        add(self, CAMPAIGN_DOWNLOAD, "control request", "%s:*:stall", control[i]);
        add(self, CAMPAIGN_DOWNLOAD, "control request", "%s:*:hang", control[i]);
        add(self, CAMPAIGN_DOWNLOAD, "control request", "%s:1:unplug", control[i]);
    }
}

/* The PC's own disk, and the PC. */
static void add_host(struct cases *self, uint64_t writes)
{
    static const char *const what[] = {"full", "error", "kill"};
    static const char *const kind[] = {"PC: disk full", "PC: disk error", "PC: killed"};
    for (size_t i = 0; i < sizeof what / sizeof *what && writes > 0; i++) {
        for (int k = 0; k < 50; k++) {
            add(self, CAMPAIGN_DOWNLOAD, kind[i], "host:%llu:%s",
                (unsigned long long)(1 + any(self, writes)), what[i]);
        }
    }
}

/* Two at once: what the one does to the mending of the other. */
static void add_pairs(struct cases *self, uint64_t reads)
{
    size_t before = self->n;
    for (int k = 0; k < 120; k++) {
        const struct campaign_case *a = NULL, *b = NULL;
        while (a == NULL || strchr(a->fault, ',') != NULL) {
            a = &self->at[any(self, before)];
        }
        while (b == NULL || strchr(b->fault, ',') != NULL) {
            b = &self->at[any(self, before)];
        }
        char both[200];
        snprintf(both, sizeof both, "%s,%s", a->fault, b->fault);
        if (strlen(both) < sizeof a->fault) {
            add(self, CAMPAIGN_DOWNLOAD, "two faults at once", "%s", both);
        }
    }
    for (int k = 0; k < 40; k++) {
        add(self, CAMPAIGN_DOWNLOAD, "two faults at once", "read10:%llu:hang,transfer:%llu:%s",
            (unsigned long long)(1 + any(self, reads)),
            (unsigned long long)(60 + any(self, 90)), k % 2 ? "proto" : "unplug");
    }
}

static void add_setup(struct cases *self, uint64_t transfers)
{
    static const char *const where[] = {
        "cdc/session:1",   "cdc/session:*",   "cdc/annotate:1", "cdc/annotate:9", "cdc/rate:1",
        "cdc/hibernate:1", "cdc/hibernate:*", "cdc/stop:1",     "cdc/time:1",     "cdc/time:*",
        "cdc/sample:*",    "cdc/format:1",    "cdc/format:*"};
    static const char *const what[] = {"drop",   "delay=300", "delay=4000", "part",
                                       "garble", "locked",    "unknown",    "forget",
                                       "noise",  "refuse",    "split",      "unplug"};
    for (size_t w = 0; w < sizeof where / sizeof *where; w++) {
        for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
            char kind[40];
            snprintf(kind, sizeof kind, "serial: %.*s", (int)strcspn(what[i], "="), what[i]);
            add(self, CAMPAIGN_SETUP, kind, "%s:%s", where[w], what[i]);
        }
    }
    static const char *const disk[] = {"stall", "hang",  "flip=7",   "flip=36",
                                       "fail",  "short", "notready", "unplug"};
    for (size_t i = 0; i < sizeof disk / sizeof *disk; i++) {
        for (int at = 1; at <= 4; at++) {
            add(self, CAMPAIGN_SETUP, "disk", "read10:%d:%s", at, disk[i]);
        }
        add(self, CAMPAIGN_SETUP, "disk", "tur:1:%s", i == 2 || i == 3 ? "phase" : disk[i]);
    }
    add(self, CAMPAIGN_SETUP, "recorder: its state", "device:*:clockstuck");
    add(self, CAMPAIGN_SETUP, "recorder: its state", "device:*:locked");
    add(self, CAMPAIGN_SETUP, "recorder: its state", "device:*:id=4");
    add_transfers(self, CAMPAIGN_SETUP, transfers, 12);
}

struct campaign_case *campaign_cases(const struct pretend_stats normal[static 2], int writes,
                                     size_t *n)
{
    struct cases self = {.random = 20260512};
    add_disk(&self, normal[CAMPAIGN_DOWNLOAD].reads);
    add_commands(&self);
    add_transfers(&self, CAMPAIGN_DOWNLOAD, normal[CAMPAIGN_DOWNLOAD].transfers, 20);
    add_bytes(&self, normal[CAMPAIGN_DOWNLOAD].bytes_in);
    add_sectors(&self);
    add_serial(&self);
    add_conditions(&self);
    add_pairs(&self, normal[CAMPAIGN_DOWNLOAD].reads);
    add_host(&self, (uint64_t)writes);
    add_setup(&self, normal[CAMPAIGN_SETUP].transfers);
    *n = self.n;
    return self.at;
}
