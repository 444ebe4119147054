/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading the options that name a page, a date or a period.
 */
#include "src/cli/report_cli.h"

#include "src/base/utf8.h"

enum yk_status cli_page_path(const struct cli *cli, struct cli_page *out, struct failure *why)
{
    out->path = options_text(cli->options, "output");
    if (out->path == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "-o FILE.pdf: say where to write it");
    }
    if (!canvas_kind_of(out->path, &out->kind)) {
        return failure_set(why, YK_ERR_ARGUMENT, "-o %.*s: the name ends in .pdf, .svg or .png",
                           utf8_shown(out->path, 120), out->path);
    }
    return YK_OK;
}

enum yk_status cli_page_open(const struct cli *cli, const struct cli_page *page,
                             const char *title, double width_mm, double height_mm,
                             struct canvas **out, struct failure *why)
{
    struct canvas_info info = {
        .path = page->path,
        .title = title,
        .language = cli->language,
        .date = page->date.month != 0 ? page->date : (struct civil_date){2000, 1, 1},
        .width_mm = width_mm,
        .height_mm = height_mm,
        .dots_per_inch = (double)options_integer(cli->options, "dpi", 200)};
    return canvas_open(page->kind, &info, out, why);
}

enum yk_status cli_page_axis(const struct cli *cli, int *out, struct failure *why)
{
    int hour = (int)options_integer(cli->options, "axis", 12);
    if (hour != 12 && hour != 18 && hour != 0 && hour != 3) {
        return failure_set(why, YK_ERR_ARGUMENT, "--axis %d: one of 12, 18, 0, 3", hour);
    }
    *out = hour;
    return YK_OK;
}

enum yk_status cli_date(const struct cli *cli, const char *option, struct civil_date *out,
                        struct failure *why)
{
    const char *said = options_text(cli->options, option);
    *out = (struct civil_date){0};
    if (said != NULL && !civil_parse(said, out)) {
        return failure_set(why, YK_ERR_ARGUMENT, "--%s %.*s: a date is written like 2026-05-12",
                           option, utf8_shown(said, 40), said);
    }
    return YK_OK;
}

enum yk_status cli_today(const struct cli *cli, const struct store *store,
                         struct civil_date *out, struct failure *why)
{
    struct zone *zone = NULL;
    enum yk_status status =
        zone_open_or_system(cli->zone_name != NULL ? cli->zone_name : store->zone, &zone, why);
    if (status == YK_OK) {
        *out = zone_civil(zone, clock_now_utc_ns()).date;
    }
    zone_close(zone);
    return status;
}

enum yk_status cli_period(const struct cli *cli, struct civil_date *from, struct civil_date *to,
                          struct failure *why)
{
    enum yk_status status = cli_date(cli, "from", from, why);
    status = status == YK_OK ? cli_date(cli, "to", to, why) : status;
    if (status == YK_OK && from->month != 0 && to->month != 0 &&
        civil_compare(*from, *to) > 0) {
        status =
            failure_set(why, YK_ERR_ARGUMENT, "--from %s is later than --to %s",
                        options_text(cli->options, "from"), options_text(cli->options, "to"));
    }
    return status;
}
