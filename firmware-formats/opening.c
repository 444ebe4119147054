/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening a recording and beginning anew, see opening.h.
 */
#include "firmware-formats/opening.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

#define OFFSET_BYTES 8

/* "+09:00" */
static void write_offset(int32_t offset_s, char out[static OFFSET_BYTES])
{
    int32_t minutes = offset_s / 60, size = minutes < 0 ? -minutes : minutes;
    snprintf(out, OFFSET_BYTES, "%c%02d:%02d", minutes < 0 ? '-' : '+', size / 60 % 100,
             size % 60);
}

int32_t wall_clock_offset_s(const struct zone *zone, struct civil_time local,
                            char note[static WALL_CLOCK_NOTE_BYTES])
{
    int32_t offset_s[2];
    int n = zone_offsets(zone, local, offset_s);
    *note = '\0';
    if (n != 1) {
        char date[16], taken[OFFSET_BYTES], other[OFFSET_BYTES];
        civil_format(local.date, date);
        write_offset(offset_s[0], taken);
        write_offset(offset_s[1], other);
        snprintf(note, WALL_CLOCK_NOTE_BYTES, "%.10s %02d:%02d %s: %.6s taken, could be %.6s",
                 date, (int)(local.second_of_day / 3600 % 24),
                 (int)(local.second_of_day / 60 % 60), n == 2 ? "was twice" : "was skipped",
                 taken, other);
    }
    return offset_s[0];
}

bool wall_clock_ran_on(const struct zone *zone, int64_t change_ns, int32_t kept_s,
                       char note[static WALL_CLOCK_NOTE_BYTES])
{
    int32_t before_s = zone_offset_s(zone, change_ns - 1),
            after_s = zone_offset_s(zone, change_ns);
    *note = '\0';
    if (kept_s != before_s || after_s == before_s) {
        return false;
    }
    char date[16], kept[OFFSET_BYTES], other[OFFSET_BYTES];
    civil_format(civil_time_of_utc_ns(change_ns + kept_s * NS_PER_S).date, date);
    write_offset(kept_s, kept);
    write_offset(after_s, other);
    snprintf(note, WALL_CLOCK_NOTE_BYTES,
             after_s > before_s ? "%.10s clock not set ahead: %.6s kept, could be %.6s"
                                : "%.10s clock not set back: %.6s kept, could be %.6s",
             date, kept, other);
    return true;
}

int64_t wall_clock_set(struct wall_clock *self, const struct open_options *opt, int64_t wall_ns,
                       bool has_offset, int32_t offset_s, struct recording_info *info)
{
    *self = (struct wall_clock){.twice = ""};
    offset_s = offset_s / 60 * 60;
    if (has_offset && opt->file_zone_wins) {
        write_offset(offset_s, info->zone);
        return offset_s * NS_PER_S;
    }
    snprintf(info->zone, sizeof info->zone, "%s", zone_name(opt->zone));
    info->zone_is_guess = opt->zone_is_guess;
    int32_t taken_s =
        wall_clock_offset_s(opt->zone, civil_time_of_utc_ns(wall_ns), self->twice);
    if (has_offset && offset_s != taken_s) {
        char own[OFFSET_BYTES];
        write_offset(offset_s, own);
        snprintf(self->unused, sizeof self->unused,
                 "the file's own offset %.6s is not used: another was named", own);
    }
    return taken_s * NS_PER_S;
}

int64_t wall_clock_instant(struct wall_clock *self, const struct open_options *opt,
                           const struct timestamp *first, struct recording_info *info)
{
    int64_t local_ns = timestamp_local_ns(first);
    bool wins = first->has_offset && opt->file_zone_wins;
    int64_t offset_ns = wall_clock_set(self, opt, local_ns, wins, first->offset_s, info);
    if (!first->has_offset) {
        return local_ns - offset_ns;
    }
    *self = (struct wall_clock){.twice = ""}; /* nothing is open */
    return local_ns - first->offset_s * NS_PER_S;
}

void opening_add_channel(struct recording_info *info, enum epoch_column column)
{
    const char *name = epoch_column_name(column);
    size_t used = strlen(info->channels);
    if (used + strlen(name) + 2 < sizeof info->channels) {
        snprintf(info->channels + used, sizeof info->channels - used, "%s%s",
                 used > 0 ? "," : "", name);
    }
}

enum yk_status opening_second(const struct recording_source *whole, bool was_read,
                              size_t n_bytes, const char *name, struct recording_source **out,
                              struct failure *why)
{
    if (!was_read) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "%s: a stretch can be opened only after the whole file was read",
                           name);
    }
    struct recording_source *self = mem_alloc(1, n_bytes);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a second reader of %s", name);
    }
    self->ops = whole->ops;
    self->info = whole->info;
    read_report_init(&self->report);
    *out = self;
    return YK_OK;
}

void opening_report(struct recording_source *source, const struct byte_source *bytes,
                    const struct wall_clock *clock)
{
    const char *const notes[] = {bytes->damage, clock != NULL ? clock->twice : "",
                                 clock != NULL ? clock->unused : ""};
    read_report_release(&source->report);
    read_report_init(&source->report);
    source->report.damage = bytes->damage;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        if (notes[i] != NULL && *notes[i] != '\0') {
            read_report_add(&source->report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                            notes[i]);
        }
    }
}
