/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the columns of an epoch table mean: from their names, and from the small description
 * that may lie beside the file (NAME.ini). docs/formats/epoch-csv.md lists both.
 */
#ifndef FIRMWARE_FORMATS_EPOCH_CSV_PLAN_H
#define FIRMWARE_FORMATS_EPOCH_CSV_PLAN_H

#include "src/base/clock.h"
#include "src/base/csv.h"
#include "src/model/count_kind.h"
#include "src/model/epochs.h"

struct epoch_csv_value {
    size_t field; /* column of the file */
    enum epoch_column column;
    double factor;    /* file's unit to ours */
    bool is_by_alias; /* recognised, not named exactly: the reader says so in its report */
};

struct epoch_csv_declared { /* one line of [columns] */
    char name[64], target[32], unit[16];
    bool is_used;
};

#define EPOCH_CSV_DECLARED_MAX 64

struct epoch_csv_flag { /* a column of 0 and 1 that sets bits of the state */
    size_t field;
    uint16_t bits;
};

#define EPOCH_CSV_FLAGS 3 /* off_wrist, nonwear, unknown */

/* ---- what a maker's table has that the generic one has not ---- */

enum table_role {
    TABLE_VALUE,     /* of an epoch column, times factor */
    TABLE_TIMESTAMP, /* date and time */
    TABLE_DATE,
    TABLE_TIME,
    TABLE_STEP,      /* number of the epoch */
    TABLE_OFF_WRIST, /* 1: off */
    TABLE_INTERVAL,  /* a word of table_kind.intervals */
    TABLE_SERIES     /* whose recording the row belongs to; the table holds several */
};

struct table_name {
    const char *name; /* NULL ends a list; the first that a file has wins among equal roles */
    enum table_role role;
    enum epoch_column column;
    double factor;
};

enum table_interval { INTERVAL_REST = 1, INTERVAL_SLEEP = 2, INTERVAL_EXCLUDED = 4 };

struct table_word {
    const char *word;   /* NULL ends a list */
    unsigned intervals; /* enum table_interval, or 0: active */
};

struct epoch_csv_plan;
struct open_options;
struct recording_source;

struct table_kind {
    const char *id; /* of the format */
    enum count_kind counts;
    char separator; /* 0: the most frequent one of the first line */
    const struct table_name *names;
    const struct table_word *intervals; /* or NULL */
    /* Reads what stands above the table: csv is at its first row. Fills the plan, and says
     * where the header row begins (table_at, table_line) or gives the names itself
     * (csv_set_header(), has_no_header; then it says where the first row is). */
    enum yk_status (*describe)(struct epoch_csv_plan *plan, struct csv *csv,
                               struct failure *why);
};

struct epoch_csv_axis {
    size_t field;
    double factor; /* file's unit to g */
};

#define EPOCH_CSV_REMARKS 20
#define EPOCH_CSV_REMARK_BYTES 64

/* time_format of seconds that have passed since `start`. */
#define EPOCH_CSV_ELAPSED "elapsed_s"

struct epoch_csv_plan {
    /* said beside the file; "" or 0 when not. A maker's header says it first. */
    char start[48], time_format[48], zone[48], person_id[64], device_model[32],
        device_serial[32], counts_name[16];
    char timestamp_name[64], date_name[64], time_name[64], step_name[64], day_name[64];
    char separator; /* 0: find out */
    int32_t epoch_s;
    struct epoch_csv_declared declared[EPOCH_CSV_DECLARED_MAX];
    size_t n_declared;
    bool is_samples;     /* a row is a sample, not an epoch */
    double rate_hz;      /* 0: by the times */
    double range_g;      /* 0: unknown */
    uint64_t first_line; /* of the table; 0: the first of the file */

    /* said by a maker's header */
    const struct table_kind *kind; /* NULL: the generic table */
    char firmware[24], body_site[24];
    char missing[8];            /* the maker's word for a missing value, case aside */
    char marker_letter;         /* behind the last value of a row: button pressed; 0: none */
    bool has_decimal_comma;     /* whatever divides the columns */
    bool rows_are_stamped_late; /* a time inside the epoch, not nearest to its beginning */
    bool start_is_first_row;    /* `start` is the time of the first row, whatever its step */
    bool has_no_header;
    uint64_t table_at, table_line; /* the header row, or the first row */
    int64_t epochs_declared;       /* 0: the header does not say */
    char remark[EPOCH_CSV_REMARKS][EPOCH_CSV_REMARK_BYTES]; /* how the header was read */
    size_t n_remarks;

    /* found in the header; CSV_NONE when there is none */
    size_t timestamp, date, time, step, state, interval, series;
    size_t day; /* number of the day beside a time of day; 1 is the date of `start` */
    struct epoch_csv_flag flag[EPOCH_CSV_FLAGS];
    bool timestamp_is_unix_ns;
    struct epoch_csv_value value[EPOCH_COLUMN_COUNT];
    size_t n_values;
    struct epoch_csv_axis axis[3]; /* of samples: x, y, z; field CSV_NONE: there is none */
};

/* A text of the plan by the name that a header or an .ini gives it. */
struct plan_text {
    const char *name;
    size_t offset, room;
};
#define PLAN_TEXT(name, member)                                                                \
    {                                                                                          \
        name, offsetof(struct epoch_csv_plan, member),                                         \
            sizeof(((struct epoch_csv_plan *)NULL)->member)                                    \
    }

void epoch_csv_plan_init(struct epoch_csv_plan *self);
/* Says where the rows begin, by the recorder's clock. */
void epoch_csv_plan_start(struct epoch_csv_plan *self, struct civil_time start);
/* How something in a header was read, for the report; at most EPOCH_CSV_REMARKS. */
void epoch_csv_plan_remark(struct epoch_csv_plan *self, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether a maker's label is this name: letters' case, the kind of blank and of apostrophe, and
 * a colon at the end aside. */
bool table_name_is(const char *text, const char *name);
/* Whether a cell holds nothing, or what programs write for it: NA, NaN, null, a point, a dash.
 */
bool table_is_missing(const char *text);

/* Takes what an .ini says; bytes stay the caller's. Unknown keys and values that have no
 * meaning are errors with the line (YK_ERR_ARGUMENT); more than 64 KiB is refused. */
enum yk_status epoch_csv_plan_read_ini(struct epoch_csv_plan *self, struct byte_source *bytes,
                                       struct failure *why);

/* Finds the columns in the header that csv has read. Fails (YK_ERR_UNSUPPORTED) when there is
 * no value column, or a declared one is missing, or two columns mean the same. */
enum yk_status epoch_csv_plan_columns(struct epoch_csv_plan *self, const struct csv *csv,
                                      struct failure *why);

/* Opens a maker's table (kind NULL: the generic one); as format.open(). */
enum yk_status table_open(const struct table_kind *kind, struct byte_source *bytes,
                          const struct open_options *opt, struct recording_source **out,
                          struct failure *why);

#endif
