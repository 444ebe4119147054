/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options that several commands read alike: where a page goes, dates and periods.
 */
#ifndef SRC_CLI_REPORT_CLI_H
#define SRC_CLI_REPORT_CLI_H

#include "src/cli/store_cli.h"
#include "src/report/canvas.h"

/* Of the commands that draw pages. */
#define OPTION_PAGE                                                                            \
    {                                                                                          \
        "output", 'o', OPTION_FILE, "FILE", "書き出す先(.pdf .svg .png)",                      \
            "where to write it (.pdf .svg .png)"                                               \
    }
#define OPTION_DPI                                                                             \
    {                                                                                          \
        "dpi", 0, OPTION_INTEGER, "N:50..600", "PNGの細かさ(既定 200)",                        \
            "dots per inch of a PNG (200)"                                                     \
    }

/* What cli_period() reads. */
#define OPTION_FIRST_NIGHT                                                                     \
    {                                                                                          \
        "from", 0, OPTION_TEXT, "DATE", "この日の晩から見る",                                  \
            "first night, by the date of its evening"                                          \
    }
#define OPTION_LAST_NIGHT                                                                      \
    {                                                                                          \
        "to", 0, OPTION_TEXT, "DATE", "この日の晩まで見る",                                    \
            "last night, by the date of its evening"                                           \
    }

struct cli_page {
    const char *path; /* to write */
    enum canvas_kind kind;
    struct civil_date date; /* the file's own; month 0: none, so that the bytes are the same */
};

/* -o FILE, which must be there and end in .pdf, .svg or .png. The date stays as it is. */
enum yk_status cli_page_path(const struct cli *cli, struct cli_page *out, struct failure *why);
/* A canvas for the page, with --dpi. errors: those of canvas_open() */
enum yk_status cli_page_open(const struct cli *cli, const struct cli_page *page,
                             const char *title, double width_mm, double height_mm,
                             struct canvas **out, struct failure *why);
/* --axis, the hour at which a day begins on the page: 12, 18, 0 or 3. */
enum yk_status cli_page_axis(const struct cli *cli, int *out, struct failure *why);
/* A date option; month 0 when it was not given. */
enum yk_status cli_date(const struct cli *cli, const char *option, struct civil_date *out,
                        struct failure *why);
/* Today on the calendar of --zone, else the store's zone, else the system's. */
enum yk_status cli_today(const struct cli *cli, const struct store *store,
                         struct civil_date *out, struct failure *why);
/* --from and --to, the second not before the first. */
enum yk_status cli_period(const struct cli *cli, struct civil_date *from, struct civil_date *to,
                          struct failure *why);

#endif
