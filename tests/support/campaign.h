/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fault campaign: one fault after the other is injected into a docked recorder while its
 * recording is copied into an archive, or while it is set up for its next wearer, and every end
 * is judged. What must never happen, whatever the fault: bytes lost, something wrong called
 * verified, a recorder erased whose copy is not verified, an end without a sentence, no end.
 *
 * How the recorder is reached is the caller's: in this process, or through the real libusb.
 */
#ifndef TESTS_SUPPORT_CAMPAIGN_H
#define TESTS_SUPPORT_CAMPAIGN_H

#include "tests/support/docked.h"

enum campaign_task { CAMPAIGN_DOWNLOAD, CAMPAIGN_SETUP };

struct campaign_case {
    enum campaign_task task;
    char kind[40]; /* row of the table */
    char fault[96];
};

/* All cases, the same ones in the same order every time. normal: what an undisturbed run of
 * each task does, for places to put faults at; writes: how often a download writes. Caller
 * frees with free(). */
struct campaign_case *campaign_cases(const struct pretend_stats normal[static 2], int writes,
                                     size_t *n);

/* A recorder that can be pulled out, put back and spoiled. */
struct campaign_recorder {
    struct usb_bus *bus;
    const char *serial; /* on this bus; NULL: the only one */
    void *user;
    void (*plug)(void *user);
    void (*unplug)(void *user);
    void (*fault)(void *user, const char *faults);
    void (*stats)(void *user, struct pretend_stats *out);
    /* Faults of the PC's own disk ("host:17:full"); NULL: none from now on. */
    void (*host)(void *user, const char *fault);
};

struct campaign_row {
    char kind[40];
    size_t n, at_once, replugged, afterwards, kept, refused;
    size_t lost, wrong, erased, speechless, stuck;
    double longest_s; /* that somebody waited, by the recorder's own time */
};

struct campaign {
    struct campaign_row rows[80];
    size_t n_rows;
    const struct recorded *recording;
    const char *root; /* folder for archives */
    bool is_verbose;  /* a line for every case, not only for bad ones */
};

/* Runs one case on a recorder that was just plugged in, and judges. */
void campaign_run(struct campaign *self, const struct campaign_recorder *recorder,
                  const struct campaign_case *one);
/* Adds what another campaign found. */
void campaign_merge(struct campaign *self, const struct campaign *other);
/* Prints the table; whether nothing happened that must not. */
bool campaign_report(const struct campaign *self);

#endif
