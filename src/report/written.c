/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times, durations and days as a page writes them (docs/wording.md).
 */
#include "src/report/written.h"

#include <math.h>

static const char dash[] = "–";

double written_round(double value, int step)
{
    /* 7:22.5 comes as 7.375 h * 60 = 442.49999999999994: a microsecond is no difference. */
    return copysign(floor(fabs(value) / step + 0.5 + 1e-7), value) * step;
}

static bool is_unknown(double value, struct text *out)
{
    if (isnan(value)) {
        text_add(out, dash);
        return true;
    }
    return false;
}

void written_clock(double hours, int round_min, struct text *out)
{
    if (!is_unknown(hours, out)) {
        int64_t minute = floor_mod((int64_t)written_round(hours * 60, round_min), 1440);
        text_addf(out, "%d:%02d", (int)(minute / 60), (int)(minute % 60));
    }
}

void written_clock_range(double from_h, double to_h, int round_min, enum language language,
                         struct text *out)
{
    if (isnan(from_h) || isnan(to_h)) {
        text_add(out, dash);
        return;
    }
    written_clock(from_h, round_min, out);
    text_add(out, language == LANGUAGE_JA ? "〜" : "–");
    written_clock(to_h, round_min, out);
}

void written_start(int minute_of_day, enum language language, struct text *out)
{
    int hour = minute_of_day / 60, minute = minute_of_day % 60;
    if (language == LANGUAGE_EN) {
        text_addf(out, "%d:%02d", hour, minute);
    } else if (minute == 0) {
        text_addf(out, "%d時", hour);
    } else {
        text_addf(out, "%d時%d分", hour, minute);
    }
}

void written_duration(double minutes, int round_min, enum language language, struct text *out)
{
    if (is_unknown(minutes, out)) {
        return;
    }
    int whole = (int)written_round(fabs(minutes), round_min);
    int hours = whole / 60, rest = whole % 60;
    bool is_ja = language == LANGUAGE_JA;
    if (hours > 0) {
        text_addf(out, is_ja ? "%d時間" : "%d h", hours);
    }
    if (rest > 0 || hours == 0) {
        text_addf(out, is_ja ? "%d分" : hours > 0 ? " %d min" : "%d min", rest);
    }
}

void written_spread(double minutes, int round_min, enum language language, struct text *out)
{
    if (!is_unknown(minutes, out)) {
        text_add(out, "±");
        written_duration(minutes, round_min, language, out);
    }
}

void written_difference(double minutes, int round_min, enum language language, struct text *out)
{
    if (!is_unknown(minutes, out)) {
        double whole = written_round(minutes, round_min);
        text_add(out, whole > 0 ? "+" : whole < 0 ? "−" : "±");
        written_duration(whole, 1, language, out);
    }
}

static const char *month_en(int month)
{
    static const char *const name[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return name[month - 1];
}

void written_day(struct civil_date date, enum language language, struct text *out)
{
    if (date.month == 0) {
        text_add(out, dash);
    } else if (language == LANGUAGE_JA) {
        text_addf(out, "%d/%d(%s)", date.month, date.day, weekday_name_ja(civil_weekday(date)));
    } else {
        text_addf(out, "%s %d %s", weekday_name_en(civil_weekday(date)), date.day,
                  month_en(date.month));
    }
}

void written_night(struct civil_date evening, enum language language, struct text *out)
{
    struct civil_date morning = civil_add_days(evening, 1);
    bool same_month = morning.month == evening.month;
    if (language == LANGUAGE_JA) {
        written_day(evening, language, out);
        text_add(out, "→");
        if (!same_month) {
            text_addf(out, "%d/", morning.month);
        }
        text_addf(out, "%d(%s)", morning.day, weekday_name_ja(civil_weekday(morning)));
        return;
    }
    text_addf(out, "%s %d→%s %d", weekday_name_en(civil_weekday(evening)), evening.day,
              weekday_name_en(civil_weekday(morning)), morning.day);
    if (!same_month) {
        text_addf(out, " %s", month_en(morning.month));
    }
}

void written_short_day(struct civil_date date, bool with_year, enum language language,
                       struct text *out)
{
    if (language == LANGUAGE_JA) {
        if (with_year) {
            text_addf(out, "%d/", (int)date.year);
        }
        text_addf(out, "%d/%d", date.month, date.day);
        return;
    }
    text_addf(out, "%d %s", date.day, month_en(date.month));
    if (with_year) {
        text_addf(out, " %d", (int)date.year);
    }
}

void written_date(struct civil_date date, enum language language, struct text *out)
{
    if (date.month == 0) {
        text_add(out, dash);
    } else if (language == LANGUAGE_JA) {
        text_addf(out, "%d年%d月%d日", (int)date.year, date.month, date.day);
    } else {
        text_addf(out, "%d %s %d", date.day, month_en(date.month), (int)date.year);
    }
}

void written_number(double value, int decimals, struct text *out)
{
    if (!is_unknown(value, out)) {
        text_add_double(out, value, decimals);
    }
}
