/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake sheet quality: what a batch says about its files, from quality.csv and recording.csv of
 * its folder, and pages of single recordings.
 */
#include "src/cli/sheet_cli.h"

#include <string.h>

#include "src/base/csv.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/h5/h5_analysis.h"
#include "src/report/quality_page.h"

/* ---- a table, some of its columns ---- */

struct kept_table {
    const char *const *names; /* of the columns that are kept */
    size_t n_names;
    char **cells; /* n_names a row */
    size_t n, capacity;
};

static void kept_release(struct kept_table *self)
{
    for (size_t i = 0; i < self->n * self->n_names; i++) {
        mem_free(self->cells[i]);
    }
    mem_free(self->cells);
    self->cells = NULL;
    self->n = self->capacity = 0;
}

static char *const *kept_row(const struct kept_table *self, size_t i)
{
    return &self->cells[i * self->n_names];
}

static enum yk_status keep_row(struct kept_table *self, const struct csv *csv,
                               const struct csv_row *row, struct failure *why)
{
    for (size_t c = 0; c < self->n_names; c++) {
        size_t at = self->n * self->n_names + c;
        const char *cell = csv_field(row, csv_find(csv, self->names[c]));
        char *copy =
            MEM_RESERVE(self->cells, at, self->capacity) == 0 ? mem_copy_text(cell) : NULL;
        if (copy == NULL) {
            while (c > 0) {
                mem_free(self->cells[self->n * self->n_names + --c]);
            }
            return failure_set(why, YK_ERR_MEMORY, "no memory for the overview");
        }
        self->cells[at] = copy;
    }
    self->n++;
    return YK_OK;
}

static enum yk_status kept_read(struct kept_table *self, const char *folder, const char *name,
                                struct failure *why)
{
    struct text path;
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    text_init(&path);
    enum yk_status status = disk_join(folder, name, &path, why);
    status = status == YK_OK ? file_source_open(text_string(&path), &bytes, why) : status;
    status = status == YK_OK ? csv_open(bytes, ',', &csv, why) : status;
    status = status == YK_OK ? csv_read_header(csv, why) : status;
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        status = keep_row(self, csv, row, why);
    }
    csv_close(csv);
    byte_source_close(bytes);
    text_release(&path);
    return status == YK_END ? YK_OK : status;
}

/* ---- the cohort ---- */

enum { OF_ID, OF_STATUS, OF_DAYS, OF_NIGHTS, OF_GAPS, OF_BAD, OF_REASON, OF_ADVICE, OF_COUNT };
static const char *const of_names[OF_COUNT] = {
    "recording_id", "status", "days", "valid_nights", "gaps", "bad_blocks", "reason", "advice"};
enum { IN_ID, IN_PERSON, IN_NIGHTS, IN_WANTED, IN_INCLUDED, IN_COUNT };
static const char *const in_names[IN_COUNT] = {"recording_id", "person_id", "nights_n",
                                               "min_nights", "is_included"};

struct cohort {
    struct kept_table files, recordings;
    struct cohort_row *rows; /* borrow from the tables */
    struct cohort_counts counts;
};

static void cohort_release(struct cohort *self)
{
    kept_release(&self->files);
    kept_release(&self->recordings);
    mem_free(self->rows);
    self->rows = NULL;
}

static double number_of(const char *cell)
{
    double value = 0;
    return text_parse_double(cell, strlen(cell), &value) ? value : 0;
}

static void count_file(struct cohort_counts *c, char *const *cells)
{
    const struct {
        const char *word;
        size_t *count;
    } words[] = {{"done", &c->n_done},
                 {"empty", &c->n_empty},
                 {"duplicate", &c->n_duplicates},
                 {"failed", &c->n_failed},
                 {"skipped", &c->n_skipped}};
    c->n_files++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        *words[i].count += strcmp(cells[OF_STATUS], words[i].word) == 0;
    }
    c->days += number_of(cells[OF_DAYS]);
    c->nights += number_of(cells[OF_NIGHTS]);
}

/* recording.csv is sorted by recording. */
static char *const *recording_of(const struct kept_table *recordings, const char *id)
{
    size_t low = 0, high = recordings->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(kept_row(recordings, middle)[IN_ID], id);
        if (order == 0) {
            return kept_row(recordings, middle);
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

static enum yk_status read_cohort(struct cohort *self, const char *folder, struct failure *why)
{
    self->files = (struct kept_table){.names = of_names, .n_names = OF_COUNT};
    self->recordings = (struct kept_table){.names = in_names, .n_names = IN_COUNT};
    enum yk_status status = kept_read(&self->files, folder, "quality.csv", why);
    status =
        status == YK_OK ? kept_read(&self->recordings, folder, "recording.csv", why) : status;
    if (status != YK_OK) {
        return status;
    }
    self->rows = mem_alloc(self->files.n, sizeof *self->rows);
    if (self->rows == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu files", self->files.n);
    }
    for (size_t i = 0; i < self->files.n; i++) {
        char *const *of = kept_row(&self->files, i);
        bool is_done = strcmp(of[OF_STATUS], "done") == 0;
        char *const *in = is_done ? recording_of(&self->recordings, of[OF_ID]) : NULL;
        self->rows[i] = (struct cohort_row){.recording_id = of[OF_ID],
                                            .person_id = in != NULL ? in[IN_PERSON] : "",
                                            .status = of[OF_STATUS],
                                            .days = of[OF_DAYS],
                                            .valid_nights = of[OF_NIGHTS],
                                            .nights = in != NULL ? in[IN_NIGHTS] : "",
                                            .gaps = of[OF_GAPS],
                                            .bad_blocks = of[OF_BAD],
                                            .reason = of[OF_REASON],
                                            .advice = of[OF_ADVICE]};
        count_file(&self->counts, of);
        if (in != NULL) {
            bool is_short = strcmp(in[IN_INCLUDED], "0") == 0;
            self->rows[i].wanted_nights = is_short ? in[IN_WANTED] : "";
            self->counts.n_short += is_short;
        }
    }
    return YK_OK;
}

/* How many rows stand on which page: their heights differ. */
static size_t count_pages(const struct cohort *cohort, enum language language,
                          struct canvas *canvas, struct text *scratch)
{
    size_t pages = 0;
    for (size_t at = 0; at < cohort->files.n; pages++) {
        at += cohort_page_rows(&cohort->rows[at], cohort->files.n - at, language, canvas,
                               scratch);
    }
    return pages;
}

/* Thousands of pages take a while. */
static enum yk_status note_page(struct cli *cli, size_t page, size_t pages, struct failure *why)
{
    job_progress(&cli->job, "drawing", page, pages, "pages");
    return job_is_cancelled(&cli->job)
               ? failure_set(why, YK_ERR_CANCELLED, "stopped while drawing")
               : YK_OK;
}

static enum yk_status draw_overview(struct cli *cli, const struct cohort *cohort, size_t pages,
                                    struct canvas *canvas, struct failure *why)
{
    const enum language language = cli->language;
    struct text scratch;
    text_init(&scratch);
    enum yk_status status = YK_OK;
    for (size_t p = 0, at = 0; p < pages && status == YK_OK; p++) {
        size_t n = cohort_page_rows(&cohort->rows[at], cohort->files.n - at, language, canvas,
                                    &scratch);
        if (p > 0) {
            canvas_page(canvas);
        }
        cohort_page_draw(&cohort->counts, &cohort->rows[at], n, p, pages, language, canvas,
                         &scratch);
        at += n;
        status = note_page(cli, p, pages, why);
    }
    status = status == YK_OK ? text_status(&scratch, why) : status;
    text_release(&scratch);
    return status;
}

/* ---- single recordings ---- */

static enum yk_status draw_recording(const char *path, enum language language,
                                     struct canvas *canvas, struct failure *why)
{
    struct analysis analysis;
    struct zone *zone = NULL;
    analysis_init(&analysis);
    enum yk_status status = h5_analysis_read(path, &analysis, why);
    status = status == YK_OK ? zone_open(analysis.info.zone, &zone, why) : status;
    status =
        status == YK_OK ? quality_page_draw(&analysis, zone, language, canvas, why) : status;
    zone_close(zone);
    analysis_release(&analysis);
    return status;
}

/* Results of files that are named no more may lie in the folder, too: only those of the table.
 */
static enum yk_status draw_each(struct cli *cli, const struct cohort *cohort,
                                const char *folder, struct canvas *canvas, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < cohort->files.n && status == YK_OK; i++) {
        if (strcmp(cohort->rows[i].status, "done") != 0) {
            continue;
        }
        text_clear(&path);
        text_addf(&path, "%s/recordings/%s.h5", folder, cohort->rows[i].recording_id);
        status = text_status(&path, why);
        status = status == YK_OK ? note_page(cli, i, cohort->files.n, why) : status;
        if (status == YK_OK) {
            canvas_page(canvas);
            status = draw_recording(text_string(&path), cli->language, canvas, why);
        }
    }
    text_release(&path);
    return status;
}

/* ---- the command ---- */

static enum yk_status draw_folder(struct cli *cli, const char *folder, bool has_each,
                                  struct canvas *canvas, struct failure *why)
{
    struct cohort cohort = {0};
    struct text scratch;
    text_init(&scratch);
    enum yk_status status = read_cohort(&cohort, folder, why);
    if (status == YK_OK && cohort.files.n == 0) {
        status = failure_set(why, YK_ERR_TOO_LITTLE, "%s/quality.csv has no rows", folder);
    }
    size_t pages = status == YK_OK ? count_pages(&cohort, cli->language, canvas, &scratch) : 0;
    if (status == YK_OK) {
        status = draw_overview(cli, &cohort, pages, canvas, why);
    }
    if (status == YK_OK && has_each) {
        status = draw_each(cli, &cohort, folder, canvas, why);
    }
    text_release(&scratch);
    cohort_release(&cohort);
    return status;
}

enum yk_status sheet_quality(struct cli *cli, struct cli_page *page, struct failure *why)
{
    struct canvas *canvas = NULL;
    const char *what = options_operand(cli->options, 1);
    if (what == NULL) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "quality: name the folder that `yoake batch -o` wrote, or one of its "
            "recordings/ID.h5");
    }
    bool is_result = name_ends_with(what, ".h5") && !disk_is_folder(what);
    enum yk_status status = cli_page_open(cli, page, "yoake quality", 210, 297, &canvas, why);
    if (status == YK_OK) {
        status = is_result
                     ? draw_recording(what, cli->language, canvas, why)
                     : draw_folder(cli, what, options_has(cli->options, "each"), canvas, why);
    }
    cli_progress_end(cli);
    status = status == YK_OK ? canvas_finish(canvas, why) : status;
    canvas_close(canvas);
    return status;
}
