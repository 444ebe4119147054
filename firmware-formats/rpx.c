/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What Actiware exports (Mini-Mitter, Philips Respironics): Actiwatch 2, Spectrum, Spectrum
 * Plus and Pro, in English, French and German.
 *
 * Sections under dashed titles, "Label:","value" rows, at last a table of epochs with the
 * software's own sleep/wake score and interval of each. Line ends may be CR CR LF. Nothing but
 * the code of the person is taken from the subject's section, and that only when it is not the
 * name as well. docs/formats/rpx.md.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/date_order.h"
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

static const struct table_name names[] = {
    {"Line", TABLE_STEP, EPOCH_COUNTS, 1},
    {"Ligne", TABLE_STEP, EPOCH_COUNTS, 1},
    {"Zeile", TABLE_STEP, EPOCH_COUNTS, 1},
    {"Date", TABLE_DATE, EPOCH_COUNTS, 1},
    {"Datum", TABLE_DATE, EPOCH_COUNTS, 1},
    {"Time", TABLE_TIME, EPOCH_COUNTS, 1},
    {"Heure", TABLE_TIME, EPOCH_COUNTS, 1},
    {"Zeit", TABLE_TIME, EPOCH_COUNTS, 1},
    {"Off-Wrist Status", TABLE_OFF_WRIST, EPOCH_COUNTS, 1},
    {"Statut hors poignet", TABLE_OFF_WRIST, EPOCH_COUNTS, 1},
    {"Statut « hors poignet »", TABLE_OFF_WRIST, EPOCH_COUNTS, 1},
    {"Status „Nicht am Handgelenk“", TABLE_OFF_WRIST, EPOCH_COUNTS, 1},
    {"Status 'Nicht am Handgelenk'", TABLE_OFF_WRIST, EPOCH_COUNTS, 1},
    {"Activity", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"Activité", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"Aktivität", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"Marker", TABLE_VALUE, EPOCH_MARKER, 1},
    {"Marqueur", TABLE_VALUE, EPOCH_MARKER, 1},
    {"Markierung", TABLE_VALUE, EPOCH_MARKER, 1},
    {"White Light", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"Lumière blanche", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"Weißes Licht", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"Red Light", TABLE_VALUE, EPOCH_LIGHT_RED, 1},
    {"Lumière rouge", TABLE_VALUE, EPOCH_LIGHT_RED, 1},
    {"Rotes Licht", TABLE_VALUE, EPOCH_LIGHT_RED, 1},
    {"Green Light", TABLE_VALUE, EPOCH_LIGHT_GREEN, 1},
    {"Lumière verte", TABLE_VALUE, EPOCH_LIGHT_GREEN, 1},
    {"Grünes Licht", TABLE_VALUE, EPOCH_LIGHT_GREEN, 1},
    {"Blue Light", TABLE_VALUE, EPOCH_LIGHT_BLUE, 1},
    {"Lumière bleu", TABLE_VALUE, EPOCH_LIGHT_BLUE, 1},
    {"Lumière bleue", TABLE_VALUE, EPOCH_LIGHT_BLUE, 1},
    {"Blaues Licht", TABLE_VALUE, EPOCH_LIGHT_BLUE, 1},
    {"Sleep/Wake", TABLE_VALUE, EPOCH_MAKER_WAKE, 1},
    {"Sommeil/Éveil", TABLE_VALUE, EPOCH_MAKER_WAKE, 1},
    {"Schlaf/Wach", TABLE_VALUE, EPOCH_MAKER_WAKE, 1},
    {"Interval Status", TABLE_INTERVAL, EPOCH_COUNTS, 1},
    {"Statut de l'intervalle", TABLE_INTERVAL, EPOCH_COUNTS, 1},
    {"Intervallstatus", TABLE_INTERVAL, EPOCH_COUNTS, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

static const struct table_word intervals[] = {
    {"REST", INTERVAL_REST},
    {"REST-S", INTERVAL_REST | INTERVAL_SLEEP},
    {"SLEEP", INTERVAL_REST | INTERVAL_SLEEP},
    {"EXCLUDED", INTERVAL_EXCLUDED},
    {"REPOS", INTERVAL_REST},
    {"REPOS-S", INTERVAL_REST | INTERVAL_SLEEP},
    {"SOMMEIL", INTERVAL_REST | INTERVAL_SLEEP},
    {"EXCLU", INTERVAL_EXCLUDED},
    {"RUHE", INTERVAL_REST},
    {"RUHE-S", INTERVAL_REST | INTERVAL_SLEEP},
    {"SCHLAF", INTERVAL_REST | INTERVAL_SLEEP},
    {"AUSGESCHLOSSEN", INTERVAL_EXCLUDED},
    {NULL, 0},
};

/* What the sections above the table say; all of it optional. */
enum label {
    LABEL_IDENTITY,
    LABEL_FULL_NAME,
    LABEL_TYPE,
    LABEL_SERIAL,
    LABEL_FIRMWARE,
    LABEL_START_DATE,
    LABEL_END_DATE,
    LABEL_EPOCH,
    LABEL_EPOCHS,
    LABEL_ZONE,
    LABEL_OFFSET,
    LABEL_COUNT
};

static const struct {
    enum label label;
    const char *text;
} labels[] = {
    {LABEL_IDENTITY, "Identity"},
    {LABEL_IDENTITY, "Identité"},
    {LABEL_IDENTITY, "Identität"},
    {LABEL_FULL_NAME, "Full Name"},
    {LABEL_FULL_NAME, "Nom complet"},
    {LABEL_FULL_NAME, "Vollständiger Name"},
    {LABEL_TYPE, "Actiwatch Type"},
    {LABEL_TYPE, "Type d'Actiwatch"},
    {LABEL_TYPE, "Actiwatch-Typ"},
    {LABEL_SERIAL, "Actiwatch Serial Number"},
    {LABEL_SERIAL, "Numéro de série de l'Actiwatch"},
    {LABEL_SERIAL, "Actiwatch-Seriennummer"},
    {LABEL_FIRMWARE, "Actiwatch Firmware Version"},
    {LABEL_FIRMWARE, "Version du micrologiciel de l'Actiwatch"},
    {LABEL_FIRMWARE, "Actiwatch-Firmwareversion"},
    {LABEL_START_DATE, "Data Collection Start Date"},
    {LABEL_START_DATE, "Date de début de la collecte des données"},
    {LABEL_START_DATE, "Startdatum der Datenerfassung"},
    {LABEL_END_DATE, "Data Collection End Date"},
    {LABEL_END_DATE, "Date de fin de la collecte des données"},
    {LABEL_END_DATE, "Enddatum der Datenerfassung"},
    {LABEL_EPOCH, "Epoch Length"},
    {LABEL_EPOCH, "Longueur de la période"},
    {LABEL_EPOCH, "Epochenlänge"},
    {LABEL_EPOCHS, "Number of Data Samples"},
    {LABEL_EPOCHS, "Nombre d'échantillons de données"},
    {LABEL_EPOCHS, "Anzahl der Daten-Samples"},
    {LABEL_ZONE, "Time Zone"},
    {LABEL_ZONE, "Fuseau horaire"},
    {LABEL_ZONE, "Zeitzone"},
    {LABEL_OFFSET, "Time Zone Offset"},
    {LABEL_OFFSET, "Décalage du fuseau horaire"},
    {LABEL_OFFSET, "Zeitzonenverschiebung"},
};

enum language { ENGLISH, FRENCH, GERMAN, NO_LANGUAGE };

struct header {
    char value[LABEL_COUNT][64];
    size_t date, time; /* columns of the table */
};

/* The first line's ASCII letters tell, whatever its encoding is. */
static enum language language_of(const char *line)
{
    if (strstr(line, "Actiware") == NULL) {
        return NO_LANGUAGE;
    }
    return strncmp(line, "Fichier", 7) == 0      ? FRENCH
           : strstr(line, "Exportdatei") != NULL ? GERMAN
           : strstr(line, "Export File") != NULL ? ENGLISH
                                                 : NO_LANGUAGE;
}

static enum table_role role_of(const char *name)
{
    for (const struct table_name *as = names; as->name != NULL; as++) {
        if (table_name_is(name, as->name)) {
            return as->role == TABLE_VALUE && as->column != EPOCH_COUNTS ? TABLE_SERIES
                                                                         : as->role;
        }
    }
    return TABLE_SERIES; /* none that matters here */
}

/* The table's header row: line, date, time and activity are among its names. */
static bool is_table(const struct csv_row *row, struct header *header)
{
    unsigned seen = 0;
    for (size_t i = 0; i < row->n; i++) {
        enum table_role role = role_of(row->field[i]);
        seen |= 1u << role;
        if (role == TABLE_DATE) {
            header->date = i;
        } else if (role == TABLE_TIME) {
            header->time = i;
        }
    }
    unsigned wanted = 1u << TABLE_DATE | 1u << TABLE_TIME | 1u << TABLE_VALUE;
    return row->n >= 3 && (seen & wanted) == wanted;
}

static void read_label(const struct csv_row *row, struct header *header)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        char *value = header->value[labels[i].label];
        if (*value == '\0' && table_name_is(csv_field(row, 0), labels[i].text)) {
            snprintf(value, sizeof header->value[0], "%.63s", csv_field(row, 1));
            return;
        }
    }
}

/* Up to and with the header row of the table. */
static enum yk_status read_sections(struct csv *csv, struct epoch_csv_plan *plan,
                                    struct header *header, struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    while ((status = csv_next(csv, &row, why)) == YK_OK) {
        if (is_table(row, header)) {
            plan->table_at = row->offset;
            plan->table_line = row->line;
            return YK_OK;
        }
        read_label(row, header);
    }
    return status == YK_END ? failure_set(why, YK_ERR_CORRUPT,
                                          "an Actiware export without its table of epochs: cut "
                                          "off, or exported without 'Epoch-by-Epoch Data'")
                            : status;
}

static enum yk_status set_dates(struct epoch_csv_plan *plan, struct csv *csv,
                                const struct header *header, enum language language,
                                struct failure *why)
{
    struct date_evidence seen;
    char sample[DATE_SAMPLE_BYTES];
    date_evidence_init(&seen);
    (void)date_evidence_add(&seen, header->value[LABEL_START_DATE]);
    enum yk_status status =
        date_evidence_scan(&seen, csv, header->date, header->time, sample, why);
    if (status != YK_OK) {
        return status;
    }
    (void)date_evidence_add(&seen, header->value[LABEL_END_DATE]);
    enum date_order order = date_evidence_order(&seen);
    char readings[DATE_READINGS_BYTES];
    date_evidence_readings(&seen, DATE_OF_DAY_FIRST, readings);
    if (order == DATE_UNDECIDED && language != ENGLISH) {
        order = DATE_OF_DAY_FIRST;
        epoch_csv_plan_remark(plan, "day first: %s", readings);
    }
    if (order != DATE_UNDECIDED) {
        if (!date_order_pattern(sample, order, plan->time_format, sizeof plan->time_format)) {
            return failure_set(why, YK_ERR_UNSUPPORTED, "'%.*s' is no date and time",
                               utf8_shown(sample, 40), sample);
        }
        return YK_OK;
    }
    epoch_csv_plan_remark(plan, "%s: nothing tells", readings);
    return YK_OK;
}

/* A zone with this offset at the recording's start that is called like one of the cities:
 * "(UTC+01:00) Amsterdam, Berlin, Bern". */
static bool find_zone(const char *cities, int32_t offset_s, int64_t local_ns,
                      char out[static 48])
{
    static const char *const areas[] = {"Europe", "America", "Asia",    "Australia",
                                        "Africa", "Pacific", "Atlantic"};
    const char *at = strchr(cities, ')');
    at = at != NULL ? at + 1 : cities;
    while (*at != '\0') {
        at += strspn(at, " ,");
        size_t n = strcspn(at, ",");
        for (size_t i = 0; i < sizeof areas / sizeof *areas && n > 1 && n < 24; i++) {
            char name[48];
            struct zone *zone = NULL;
            snprintf(name, sizeof name, "%s/%.*s", areas[i], (int)n, at);
            for (char *c = name; *c != '\0'; c++) {
                *c = *c == ' ' ? '_' : *c;
            }
            if (zone_open(name, &zone, NULL) != YK_OK) {
                continue;
            }
            bool is_it = zone_offset_s(zone, local_ns - offset_s * NS_PER_S) == offset_s;
            zone_close(zone);
            if (is_it) {
                memcpy(out, name, sizeof name);
                return true;
            }
        }
        at += n;
    }
    return false;
}

/* The header's offset is the computer's when the recorder was set up. A zone of that offset
 * whose name the header gives is better than the offset, which knows no clock changes. */
static void set_zone(struct epoch_csv_plan *plan, const struct header *header)
{
    struct timestamp t;
    char text[128];
    snprintf(text, sizeof text, "2000-01-01T00:00%.12s", header->value[LABEL_OFFSET]);
    if (!timestamp_parse(text, NULL, &t) || !t.has_offset) {
        return;
    }
    int32_t offset_s = t.offset_s;
    struct timestamp start;
    snprintf(text, sizeof text, "%.20s 12:00:00", header->value[LABEL_START_DATE]);
    char pattern[48];
    memcpy(pattern, plan->time_format, sizeof pattern);
    char *blank = strchr(pattern, ' ');
    if (blank != NULL && (size_t)(blank - pattern) + 10 < sizeof pattern) {
        memcpy(blank, " %H:%M:%S", 10);
    }
    if (blank != NULL && timestamp_parse(text, pattern, &start) &&
        find_zone(header->value[LABEL_ZONE], offset_s, timestamp_local_ns(&start),
                  plan->zone)) {
        return;
    }
    snprintf(plan->zone, sizeof plan->zone, "%.6s", header->value[LABEL_OFFSET]);
    epoch_csv_plan_remark(plan, "clock changes unknown: only the offset %.6s is given",
                          header->value[LABEL_OFFSET]);
}

static void set_device(struct epoch_csv_plan *plan, const struct header *header)
{
    const char *identity = header->value[LABEL_IDENTITY];
    int64_t number = 0;
    snprintf(plan->device_model, sizeof plan->device_model, "%.31s", header->value[LABEL_TYPE]);
    snprintf(plan->device_serial, sizeof plan->device_serial, "%.31s",
             header->value[LABEL_SERIAL]);
    snprintf(plan->firmware, sizeof plan->firmware, "%.23s", header->value[LABEL_FIRMWARE]);
    if (strcmp(identity, header->value[LABEL_FULL_NAME]) != 0 &&
        strchr(identity, ' ') == NULL) {
        snprintf(plan->person_id, sizeof plan->person_id, "%.63s", identity);
    }
    const char *epoch = header->value[LABEL_EPOCH], *epochs = header->value[LABEL_EPOCHS];
    if (text_parse_int64(epoch, strlen(epoch), &number) && number >= 1 && number <= 86400) {
        plan->epoch_s = (int32_t)number;
    }
    if (text_parse_int64(epochs, strlen(epochs), &number) && number > 0) {
        plan->epochs_declared = number;
    }
}

static enum yk_status rpx_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                   struct failure *why)
{
    const struct csv_row *row = NULL;
    struct header header;
    memset(&header, 0, sizeof header);
    enum yk_status status = csv_next(csv, &row, why);
    if (status != YK_OK) {
        return status;
    }
    enum language language = language_of(csv_field(row, 0));
    if (language != ENGLISH) {
        csv_prefer_latin(csv);
    }
    status = read_sections(csv, plan, &header, why);
    if (status == YK_OK) {
        status = set_dates(plan, csv, &header, language, why);
    }
    if (status != YK_OK) {
        return status;
    }
    plan->has_decimal_comma = language != ENGLISH;
    snprintf(plan->missing, sizeof plan->missing, "%s", language == GERMAN ? "kZ" : "NaN");
    set_device(plan, &header);
    set_zone(plan, &header);
    return YK_OK;
}

static const struct table_kind rpx_table = {
    .id = "rpx",
    .counts = COUNT_KIND_ACTIWATCH,
    .separator = ',',
    .names = names,
    .intervals = intervals,
    .describe = rpx_describe,
};

static int rpx_probe(struct byte_source *bytes)
{
    char head[129];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head - 1, &n, NULL) != YK_OK) {
        return 0;
    }
    head[n] = '\0';
    const char *at = head + (n >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0);
    at += *at == '"';
    head[strcspn(head, "\r\n")] = '\0';
    return language_of(at) != NO_LANGUAGE ? 100 : 0;
}

static enum yk_status rpx_open(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    return table_open(&rpx_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_rpx = {
    .id = "rpx",
    .name = "Actiware export (.csv)",
    .maker = "Philips Respironics, Mini-Mitter",
    .suffix = suffixes,
    .probe = rpx_probe,
    .open = rpx_open,
};
