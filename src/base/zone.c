/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time zones. GLib reads the system's zone data once, at open; what stays is a table of the
 * instants at which the offset changes, and every question is a binary search in it. GLib does
 * not tell where its intervals begin, but it numbers them: the borders are found by halving.
 *
 * Left out: leap seconds (a day has 86 400 s), and changes before 1677 or after 2262, which
 * int64_t nanoseconds cannot express. Known fault of GLib 2.74: Europe/Dublin after 2037.
 */
#include "src/base/zone.h"
#include "src/base/mem.h"
#include "src/base/near_names.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#include <glib.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ZONE_DATA "/usr/share/zoneinfo"
#define EARLIEST_S (INT64_MIN / NS_PER_S)
#define LATEST_S (INT64_MAX / NS_PER_S)

struct interval {
    int64_t start_s;  /* UTC; the first one begins at EARLIEST_S */
    int32_t offset_s; /* local minus UTC */
};

struct zone {
    char *name;
    struct interval *interval;
    size_t n, capacity;
};

/* ---- opening ---- */

static int add_interval(struct zone *self, int64_t start_s, int32_t offset_s)
{
    if (self->n > 0 && self->interval[self->n - 1].offset_s == offset_s) {
        return 0; /* only the abbreviation changed */
    }
    if (MEM_RESERVE(self->interval, self->n, self->capacity) != 0) {
        return -1;
    }
    self->interval[self->n++] = (struct interval){start_s, offset_s};
    return 0;
}

/* Adds every interval that begins in (low, high]; k_low and k_high are GLib's numbers there. */
static int add_between(struct zone *self, GTimeZone *from, int64_t low, int k_low, int64_t high,
                       int k_high)
{
    while (k_low != k_high) {
        /* The first instant whose number is not k_low any more. */
        int64_t before = low, after = high;
        int k_after = k_high;
        while (after - before > 1) {
            int64_t middle = before + (after - before) / 2;
            int k = g_time_zone_find_interval(from, G_TIME_TYPE_UNIVERSAL, middle);
            if (k == k_low) {
                before = middle;
            } else {
                after = middle;
                k_after = k;
            }
        }
        if (add_interval(self, after, g_time_zone_get_offset(from, k_after)) != 0) {
            return -1;
        }
        low = after;
        k_low = k_after;
    }
    return 0;
}

static enum yk_status fill_from_system(struct zone *self, struct failure *why)
{
    GTimeZone *from = g_time_zone_new_identifier(self->name);
    if (from == NULL) {
        return failure_set(why, YK_ERR_IO, "zone data of %s cannot be read; reinstall tzdata",
                           self->name);
    }
    int first = g_time_zone_find_interval(from, G_TIME_TYPE_UNIVERSAL, EARLIEST_S);
    int last = g_time_zone_find_interval(from, G_TIME_TYPE_UNIVERSAL, LATEST_S);
    int bad = add_interval(self, EARLIEST_S, g_time_zone_get_offset(from, first));
    if (bad == 0) {
        bad = add_between(self, from, EARLIEST_S, first, LATEST_S, last);
    }
    g_time_zone_unref(from);
    return bad == 0 ? YK_OK : failure_set(why, YK_ERR_MEMORY, "out of memory reading a zone");
}

/* "Z", "+09:00", "-0330", "+09": seconds east of UTC. */
static bool parse_offset(const char *text, int32_t *offset_s)
{
    if (strcmp(text, "Z") == 0) {
        *offset_s = 0;
        return true;
    }
    if (text[0] != '+' && text[0] != '-') {
        return false;
    }
    int digit[4] = {0, 0, 0, 0}, n = 0;
    for (const char *p = text + 1; *p != '\0'; p++) {
        if (*p == ':' && n == 2 && p == text + 3) {
            continue;
        }
        if (!is_digit(*p) || n == 4) {
            return false;
        }
        digit[n++] = *p - '0';
    }
    int hours = digit[0] * 10 + digit[1], minutes = digit[2] * 10 + digit[3];
    if ((n != 2 && n != 4) || hours > 15 || minutes > 59) {
        return false;
    }
    *offset_s = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

/* A name is only used as a path below the zone data when it cannot leave it. */
static bool is_known(const char *name)
{
    for (const char *p = name; *p != '\0'; p++) {
        bool is_letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z');
        if (!is_letter && strchr("0123456789+-_/", *p) == NULL) {
            return false;
        }
    }
    char path[128], magic[4] = "";
    int n = snprintf(path, sizeof path, ZONE_DATA "/%s", name);
    if (name[0] == '\0' || name[0] == '/' || n < 0 || (size_t)n >= sizeof path) {
        return false;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return false;
    }
    bool is_zone = read(fd, magic, 4) == 4 && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return is_zone;
}

/* Offers the names of all zones: in tzdata.zi "Z NAME ..." begins a zone and "L TARGET NAME"
 * is another name of one. */
static void offer_known(struct near_names *near)
{
    char line[512];
    size_t n = 0;
    near_names_offer(near, "UTC");
    FILE *in = fopen(ZONE_DATA "/tzdata.zi", "re");
    if (in == NULL) {
        return;
    }
    while (fgets(line, sizeof line, in) != NULL) {
        n = strcspn(line, "\r\n");
        line[n] = '\0';
        char *name = NULL;
        if (line[0] == 'Z' && line[1] == ' ') {
            name = line + 2;
        } else if (line[0] == 'L' && line[1] == ' ') {
            name = strchr(line + 2, ' ');
            name = name != NULL ? name + 1 : NULL;
        }
        if (name != NULL) {
            name[strcspn(name, " ")] = '\0';
            if (strchr(name, '/') != NULL && strncmp(name, "Etc/", 4) != 0) {
                near_names_offer(near, name);
            }
        }
    }
    fclose(in);
}

static enum yk_status refuse_name(const char *name, struct failure *why)
{
    struct near_names near;
    char list[NEAR_NAMES_ROOM];
    near_names_init(&near, name);
    offer_known(&near);
    if (near.distance[0] > strlen(name) / 3) { /* 東京, JST: nothing is near */
        return failure_set(why, YK_ERR_ARGUMENT,
                           "no time zone \"%.*s\"; write region and city as Asia/Tokyo, or the "
                           "hours from UTC as +09:00",
                           utf8_shown(name, 48), name);
    }
    near_names_join(&near, list);
    return failure_set(why, YK_ERR_ARGUMENT, "no time zone \"%.*s\"; nearest: %s",
                       utf8_shown(name, 48), name, list);
}

enum yk_status zone_open(const char *name, struct zone **out, struct failure *why)
{
    int32_t offset_s = 0;
    bool is_fixed = parse_offset(name, &offset_s);
    if (!is_fixed && !is_known(name)) {
        return refuse_name(name, why);
    }
    struct zone *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening zone %s", name);
    }
    enum yk_status status = YK_OK;
    self->name = mem_copy_text(name);
    if (self->name == NULL || (is_fixed && add_interval(self, EARLIEST_S, offset_s) != 0)) {
        status = failure_set(why, YK_ERR_MEMORY, "out of memory opening zone %s", name);
    } else if (!is_fixed) {
        status = fill_from_system(self, why);
    }
    if (status != YK_OK) {
        zone_close(self);
        return status;
    }
    *out = self;
    return YK_OK;
}

enum yk_status zone_check(const char *name, struct failure *why)
{
    struct zone *zone = NULL;
    enum yk_status status = name != NULL && *name != '\0' ? zone_open(name, &zone, why) : YK_OK;
    zone_close(zone);
    return status;
}

/* The name behind /etc/localtime, or in /etc/timezone. */
static bool system_name(char *name, size_t room)
{
    char target[256];
    ssize_t n = readlink("/etc/localtime", target, sizeof target - 1);
    if (n > 0) {
        target[n] = '\0';
        const char *tail = strstr(target, "zoneinfo/");
        if (tail != NULL) {
            snprintf(name, room, "%s", tail + strlen("zoneinfo/"));
            return is_known(name);
        }
    }
    FILE *in = fopen("/etc/timezone", "re");
    if (in == NULL) {
        return false;
    }
    bool is_there = fgets(name, (int)room, in) != NULL;
    fclose(in);
    name[is_there ? strcspn(name, " \r\n") : 0] = '\0';
    return is_known(name);
}

enum yk_status zone_open_system(struct zone **out, bool *is_guess, struct failure *why)
{
    char name[128];
    bool is_found = system_name(name, sizeof name);
    enum yk_status status = zone_open(is_found ? name : "Z", out, why);
    if (status == YK_OK) {
        *is_guess = !is_found;
    }
    return status;
}

enum yk_status zone_open_or_system(const char *name, struct zone **out, struct failure *why)
{
    bool is_guess = false;
    return name != NULL && *name != '\0' ? zone_open(name, out, why)
                                         : zone_open_system(out, &is_guess, why);
}

enum yk_status zone_moved(const struct zone *self, int64_t by_ns, struct zone **out,
                          struct failure *why)
{
    struct zone *moved = mem_alloc(1, sizeof *moved);
    bool is_whole = moved != NULL && (moved->name = mem_copy_text(self->name)) != NULL;
    for (size_t i = 0; i < self->n && is_whole; i++) {
        /* The first interval begins where time does. */
        int64_t start_s = self->interval[i].start_s + (i > 0 ? by_ns / NS_PER_S : 0);
        is_whole = add_interval(moved, start_s, self->interval[i].offset_s) == 0;
    }
    if (!is_whole) {
        zone_close(moved);
        return failure_set(why, YK_ERR_MEMORY, "out of memory for a time zone");
    }
    *out = moved;
    return YK_OK;
}

void zone_close(struct zone *self)
{
    if (self != NULL) {
        mem_free(self->interval);
        mem_free(self->name);
        mem_free(self);
    }
}

const char *zone_name(const struct zone *self)
{
    return strcmp(self->name, "Z") == 0 ? "UTC" : self->name;
}

/* ---- looking up ---- */

static size_t interval_at(const struct zone *self, int64_t utc_s)
{
    size_t low = 0,
           high = self->n; /* interval[low].start_s <= utc_s < interval[high].start_s */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (self->interval[middle].start_s <= utc_s) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

int32_t zone_offset_s(const struct zone *self, int64_t utc_ns)
{
    return self->interval[interval_at(self, floor_div(utc_ns, NS_PER_S))].offset_s;
}

int64_t zone_next_change_ns(const struct zone *self, int64_t utc_ns)
{
    size_t next = interval_at(self, floor_div(utc_ns, NS_PER_S)) + 1;
    return next < self->n ? self->interval[next].start_s * NS_PER_S : INT64_MAX;
}

struct civil_time zone_civil(const struct zone *self, int64_t utc_ns)
{
    return civil_time_of_utc_ns(utc_ns + zone_offset_s(self, utc_ns) * NS_PER_S);
}

int64_t zone_instant(const struct zone *self, struct civil_time local)
{
    /* Offsets stay within 26 hours, so only the intervals around the local time taken as UTC
     * can hold it; they are tried in order of time, and the first that does wins. */
    enum { FAR_S = 26 * 3600 };
    int64_t local_s = civil_to_days(local.date) * 86400 + local.second_of_day;
    for (size_t i = interval_at(self, local_s - FAR_S); i < self->n; i++) {
        int64_t utc_s = local_s - self->interval[i].offset_s;
        int64_t end_s = i + 1 < self->n ? self->interval[i + 1].start_s : LATEST_S;
        if (utc_s < self->interval[i].start_s) { /* jumped over */
            return self->interval[i].start_s * NS_PER_S;
        }
        if (utc_s < end_s) {
            return utc_s * NS_PER_S + local.ns;
        }
    }
    return LATEST_S * NS_PER_S;
}

int zone_offsets(const struct zone *self, struct civil_time local, int32_t out[static 2])
{
    enum { FAR_S = 26 * 3600 };
    int64_t local_s = civil_to_days(local.date) * 86400 + local.second_of_day;
    size_t i = interval_at(self, local_s - FAR_S);
    while (i + 1 < self->n && /* to the last offset before the clock is past this time */
           local_s >= self->interval[i + 1].start_s + self->interval[i].offset_s &&
           local_s >= self->interval[i + 1].start_s + self->interval[i + 1].offset_s) {
        i++;
    }
    out[0] = out[1] = self->interval[i].offset_s;
    if (i + 1 == self->n) {
        return 1;
    }
    int64_t change_s = self->interval[i + 1].start_s;
    int32_t after_s = self->interval[i + 1].offset_s;
    bool is_before = local_s < change_s + out[0], is_after = local_s >= change_s + after_s;
    if (is_before && !is_after) {
        return 1;
    }
    out[1] = after_s;
    return is_before ? 2 : 0;
}

int64_t zone_instant_of_day(const struct zone *self, struct civil_date date,
                            int32_t second_of_day)
{
    return zone_instant(self, (struct civil_time){date, second_of_day, 0});
}

/* ---- text ---- */

void zone_format_iso(const struct zone *self, int64_t utc_ns, int decimals, char out[static 40])
{
    out[0] = '\0';
    if (utc_ns == TIME_UNKNOWN) {
        return;
    }
    static const int64_t unit_ns[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                      10000,      1000,      100,      10,      1};
    int64_t unit = unit_ns[decimals < 0 ? 0 : decimals > 9 ? 9 : decimals];
    if (utc_ns < INT64_MAX - unit) {
        utc_ns = floor_div(utc_ns + unit / 2, unit) * unit;
    }
    /* An offset is written in whole minutes; local mean times of the 19th century have seconds
     * as well, and are shown so that the text still names the same instant. */
    int32_t minutes = zone_offset_s(self, utc_ns) / 60;
    struct civil_time t = civil_time_of_utc_ns(utc_ns + minutes * NS_PER_MIN);
    int s = t.second_of_day;
    char date[16], fraction[16] = "";
    civil_format(t.date, date);
    if (decimals > 0) {
        snprintf(fraction, sizeof fraction, ".%0*d", decimals > 9 ? 9 : decimals,
                 (int)(t.ns / unit));
    }
    int far = minutes < 0 ? -minutes : minutes;
    snprintf(out, 40, "%.10sT%02d:%02d:%02d%s%c%02d:%02d", date, s / 3600, s / 60 % 60, s % 60,
             fraction, minutes < 0 ? '-' : '+', far / 60, far % 60);
}

double zone_clock_h(const struct zone *self, struct civil_date evening, int64_t utc_ns)
{
    if (utc_ns == TIME_UNKNOWN) {
        return NAN;
    }
    struct civil_time t = zone_civil(self, utc_ns);
    int64_t days = civil_to_days(t.date) - civil_to_days(evening);
    return (double)(days * 86400 + t.second_of_day) / 3600 + t.ns / 3.6e12;
}

/* Exactly two digits at *p. */
static bool take_two(const char **p, int *out)
{
    const char *s = *p;
    if (!is_digit(s[0]) || !is_digit(s[1])) {
        return false;
    }
    *out = (s[0] - '0') * 10 + (s[1] - '0');
    *p += 2;
    return true;
}

/* "23:10", "23:10:05", "23:10:05.25"; 24:00 is the end of the day. */
static bool take_time(const char **p, struct civil_time *out)
{
    int h = 0, m = 0, s = 0;
    if (!take_two(p, &h) || **p != ':') {
        return false;
    }
    (*p)++;
    if (!take_two(p, &m)) {
        return false;
    }
    if (**p == ':') {
        (*p)++;
        if (!take_two(p, &s)) {
            return false;
        }
    }
    int32_t ns = 0;
    if (**p == '.') {
        int32_t unit = 100000000;
        const char *first = ++*p;
        for (; is_digit(**p); (*p)++, unit /= 10) {
            ns += (**p - '0') * unit;
        }
        if (*p == first) {
            return false;
        }
    }
    if (m > 59 || s > 59 || h > 24 || (h == 24 && (m > 0 || s > 0 || ns > 0))) {
        return false;
    }
    out->second_of_day = h * 3600 + m * 60 + s;
    out->ns = ns;
    return true;
}

bool zone_parse_iso(const struct zone *self, const char *text, int64_t *utc_ns)
{
    char date[16];
    size_t n = strcspn(text, "T ");
    if (n >= sizeof date) {
        return false;
    }
    memcpy(date, text, n);
    date[n] = '\0';
    struct civil_time t = {{0, 0, 0}, 0, 0};
    if (!civil_parse(date, &t.date)) {
        return false;
    }
    const char *p = text + n;
    int32_t offset_s = 0;
    bool has_offset = false;
    if (*p != '\0') {
        p++;
        if (!take_time(&p, &t)) {
            return false;
        }
        has_offset = *p != '\0';
        if (has_offset && !parse_offset(p, &offset_s)) {
            return false;
        }
    }
    if (t.date.year < 1678 || t.date.year > 2261) { /* beyond int64_t nanoseconds */
        return false;
    }
    *utc_ns =
        has_offset ? civil_time_as_utc_ns(t) - offset_s * NS_PER_S : zone_instant(self, t);
    return true;
}
