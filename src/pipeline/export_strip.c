/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an export takes out of results, and how dates move.
 *
 * Fields of a header that a person fills in are free text, whatever they are called: "body
 * site" can be a name. Only words of a short list pass; a firmware's number passes when it is
 * one. The model of the recorder stays as the header has it.
 */
#include "src/pipeline/export_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- what is free text ---- */

static bool is_listed(const char *word, size_t n)
{
    static const char *const words[] = {
        "left",  "right", "wrist", "ankle", "hip",  "waist",    "chest", "thigh",       "arm",
        "upper", "lower", "leg",   "trunk", "back", "dominant", "non",   "nondominant", "hand"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == n && strncasecmp(words[i], word, n) == 0) {
            return true;
        }
    }
    return false;
}

/* "left wrist", "Non-Dominant Wrist": parts of the body and sides, nothing else. */
static bool is_body_site(const char *text)
{
    static const char between[] = " -_/,";
    for (const char *at = text + strspn(text, between); *at != '\0';
         at += strspn(at, between)) {
        size_t n = strcspn(at, between);
        if (!is_listed(at, n)) {
            return false;
        }
        at += n;
    }
    return true;
}

/* "1.7.2", "v44": at most one letter, digits and dots. */
static bool is_version(const char *text)
{
    const char *at = text + (isalpha((unsigned char)*text) ? 1 : 0);
    return strspn(at, "0123456789. ") == strlen(at) && strlen(at) <= 8;
}

/* A recipe's name is the name of somebody's file when it is none of ours; "+": with values
 * changed. */
static bool is_own_recipe(const char *name)
{
    static const char *const names[] = {
#define RECIPE(name, column, settings, en, ja) name,
#include "src/model/recipes.def"
#undef RECIPE
    };
    size_t n = strcspn(name, "+");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0) {
            return true;
        }
    }
    return false;
}

void export_strip(struct analysis *a, const struct export_codes *codes)
{
    struct recording_info *info = &a->info;
    snprintf(a->recording_id, sizeof a->recording_id, "%s", codes->recording);
    snprintf(a->person_id, sizeof a->person_id, "%s", codes->person);
    snprintf(info->person_id, sizeof info->person_id, "%s", codes->person);
    a->group[0] = '\0';
    snprintf(info->device_serial, sizeof info->device_serial, "%s", codes->device);
    info->session_id[0] = '\0';
    a->made_by.input_sha256[0] = '\0';
    /* When it was lent and given back, to the second. That times were corrected, and by how
     * much, stays. */
    clock_reading_init(&info->clock.issue);
    clock_reading_init(&info->clock.back);
    if (!is_body_site(info->body_site)) {
        info->body_site[0] = '\0';
    }
    if (!is_version(info->firmware)) {
        info->firmware[0] = '\0';
    }
    if (!is_own_recipe(a->made_by.recipe)) {
        snprintf(a->made_by.recipe, sizeof a->made_by.recipe, "own");
    }
    for (size_t i = 0; i < a->n_nights; i++) {
        a->nights[i].edit_reason[0] = '\0';
    }
    for (size_t i = 0; i < a->report.n_events; i++) {
        a->report.events[i].detail[0] = '\0';
    }
}

/* ---- dates ---- */

static void shift(int64_t *at, int64_t by_ns)
{
    if (*at != TIME_UNKNOWN) {
        *at += by_ns;
    }
}

static void shift_date(struct civil_date *date, int weeks)
{
    if (date->month != 0) {
        *date = civil_add_days(*date, (int64_t)weeks * 7);
    }
}

static void shift_nights(struct analysis *a, int weeks, int64_t by)
{
    for (size_t i = 0; i < a->n_nights; i++) {
        struct night *n = &a->nights[i];
        int64_t *const times[] = {&n->window_start_ns, &n->window_end_ns,      &n->in_bed_ns,
                                  &n->lights_out_ns,   &n->onset_ns,           &n->wake_ns,
                                  &n->out_of_bed_ns,   &n->second_candidate_ns};
        for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
            shift(times[k], by);
        }
        shift_date(&n->evening, weeks);
    }
}

static void shift_info(struct recording_info *info, int64_t by)
{
    int64_t *const times[] = {
        &info->start_ns,           &info->end_ns,          &info->configured_start_ns,
        &info->configured_stop_ns, &info->device_start_ns, &info->device_end_ns,
        &info->clock.issue.at_ns,  &info->clock.back.at_ns};
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
        shift(times[k], by);
    }
}

/* Epochs and quarters are grids: their starts are enough. */
void export_shift(struct analysis *a, int weeks)
{
    const int64_t by = (int64_t)weeks * 7 * 24 * NS_PER_H;
    shift_info(&a->info, by);
    shift_nights(a, weeks, by);
    for (size_t i = 0; i < a->n_rests; i++) {
        shift(&a->rests[i].start_ns, by);
        shift(&a->rests[i].end_ns, by);
    }
    for (size_t i = 0; i < a->n_days; i++) {
        shift_date(&a->days[i].date, weeks);
    }
    for (size_t i = 0; i < a->n_nonwear; i++) {
        shift(&a->nonwear[i].start_ns, by);
        shift(&a->nonwear[i].end_ns, by);
    }
    for (size_t i = 0; i < a->report.n_events; i++) {
        shift(&a->report.events[i].start_ns, by);
        shift(&a->report.events[i].end_ns, by);
    }
    shift(&a->epochs.t0_ns, by);
    shift(&a->quarters.t0_ns, by);
}
