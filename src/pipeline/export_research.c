/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What leaves the store for research, and how it is stripped:
 *
 * - person, recording and device get other codes (src/store/pseudonym.h);
 * - free text goes: reasons of edits, notes of the reader, subject and session fields of
 * headers;
 * - hashes of originals go, because somebody who has a file could look its owner up by it;
 * - dates may be shifted by whole weeks, so that weekdays stay what they were. Changes of the
 * clock move with the recording: those of the shifted weeks, and a fixed offset too, would put
 * waking an hour off.
 *
 * Leaves out: diaries, notes, plans, attendance (they are the participant's and the staff's).
 */
#include "src/pipeline/export_research.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/version.h"
#include "src/export/tables.h"
#include "src/h5/h5_analysis.h"
#include "src/pipeline/batch_parts.h"
#include "src/pipeline/export_parts.h"
#include "src/pipeline/record_read.h"
#include "src/store/audit.h"
#include "src/store/issued.h"
#include "src/store/persons.h"
#include "src/store/pseudonym.h"
#include "src/store/recordings.h"

enum { REACH_WEEKS = 26, TABLES = TABLE_quality }; /* all tables before quality.csv */

struct exporting {
    struct store *store;
    const struct export_options *options;
    struct export_totals *totals;
    struct job *job;
    struct pseudonyms codes;
    struct text tables[TABLES];
    char today[16];
};

/* The zone's offset at an instant, as a zone is named: "+09:00". */
static void name_offset(const struct zone *zone, int64_t at_ns, char name[static 48])
{
    int32_t offset_min = zone_offset_s(zone, at_ns) / 60;
    snprintf(name, 48, "%c%02d:%02d", offset_min < 0 ? '-' : '+', abs(offset_min) / 60,
             abs(offset_min) % 60);
}

/* ---- one recording, one person ---- */

/* as: what the header of the copy may say. */
static enum yk_status give_original(struct exporting *self, const char *sha256, const char *id,
                                    const char *zone, const struct recording_info *as,
                                    int weeks, struct failure *why)
{
    struct recording_row row;
    struct text folder, archived;
    enum export_original given = EXPORT_ORIGINAL_EPOCHS;
    text_init(&folder);
    text_init(&archived);
    text_addf(&folder, "%s/originals", self->options->folder);
    enum yk_status status = recording_find_hash(self->store, sha256, &row, why);
    if (status == YK_OK) {
        char name[128];
        snprintf(name, sizeof name, "%.64s.%.30s", sha256, row.suffix);
        status = store_path(self->store, STORE_ARCHIVE, name, &archived, why);
    }
    status = status == YK_OK ? text_status(&folder, why) : status;
    if (status == YK_OK) {
        const struct export_original_from from = {.archived = text_string(&archived),
                                                  .folder = text_string(&folder),
                                                  .id = id,
                                                  .zone = zone,
                                                  .as = as,
                                                  .weeks = weeks};
        status = export_original(&from, &given, self->job, why);
    }
    if (status == YK_OK) {
        self->totals->n_originals += given == EXPORT_ORIGINAL_BLANKED;
        self->totals->n_as_samples += given == EXPORT_ORIGINAL_SAMPLES;
        self->totals->n_as_epochs += given == EXPORT_ORIGINAL_EPOCHS;
    }
    text_release(&folder);
    text_release(&archived);
    return status;
}

/* Codes, and the weeks that dates move by. *moved: the zone of moved dates, or NULL. */
static enum yk_status disguise(struct record_recording *recording,
                               const struct export_codes *codes, int weeks, struct zone **moved,
                               struct failure *why)
{
    struct analysis *a = &recording->analysis;
    export_strip(a, codes);
    if (weeks == 0) {
        return YK_OK;
    }
    name_offset(recording->zone, a->info.start_ns, a->info.zone);
    enum yk_status status =
        zone_moved(recording->zone, (int64_t)weeks * 7 * 24 * NS_PER_H, moved, why);
    if (status == YK_OK) {
        export_shift(a, weeks);
    }
    return status;
}

static enum yk_status add_recording(struct exporting *self, struct record_recording *recording,
                                    const char *person, size_t number, int weeks,
                                    struct failure *why)
{
    struct analysis *a = &recording->analysis;
    struct zone *moved = NULL;
    char id[64], sha256[DIGEST_HEX], zone_name[sizeof a->info.zone], device[PSEUDONYM_BYTES];
    snprintf(id, sizeof id, "%s-%02zu", person, number);
    snprintf(sha256, sizeof sha256, "%s", a->made_by.input_sha256);
    snprintf(zone_name, sizeof zone_name, "%s", a->info.zone);
    pseudonym(&self->codes, 'D', "device", a->info.device_serial, device);
    const struct export_codes codes = {person, id, device};
    enum yk_status status = disguise(recording, &codes, weeks, &moved, why);
    if (status == YK_OK && self->options->with_originals) {
        status = give_original(self, sha256, id, zone_name, &a->info, weeks, why);
    }
    const struct zone *zone = moved != NULL ? moved : recording->zone;
    for (size_t t = 0; t < TABLES && status == YK_OK; t++) {
        export_add_rows((enum export_table)t, a, zone, &self->tables[t]);
    }
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/recordings/%s.h5", self->options->folder, id);
    status = status == YK_OK ? text_status(&path, why) : status;
    status = status == YK_OK ? h5_analysis_write(text_string(&path), a, why) : status;
    text_release(&path);
    zone_close(moved);
    self->totals->n_recordings++;
    self->totals->n_nights += a->n_nights;
    return status;
}

static enum yk_status note_given(struct exporting *self,
                                 const struct participant_record *record,
                                 const struct consent *consent, size_t n, struct failure *why)
{
    struct issued_copy copy;
    char detail[160];
    issued_init(&copy);
    snprintf(copy.person, sizeof copy.person, "%s", record->code);
    copy.copy = COPY_RESEARCH + 1;
    snprintf(copy.recipient, sizeof copy.recipient, "%s", consent->recipient);
    copy.made_ns = clock_now_utc_ns();
    snprintf(copy.report_id, sizeof copy.report_id, "export-%s", self->today);
    copy.consent = (double)consent->id;
    enum yk_status status = issued_add(self->store, &copy, why);
    if (status == YK_OK) {
        snprintf(detail, sizeof detail, "%zu %s, consent %lld, version %s%s%s", n,
                 text_many(n, "recording", "recordings"), (long long)consent->id,
                 consent->version, self->options->with_originals ? ", originals" : "",
                 self->options->shift != EXPORT_AS_IS ? ", dates shifted" : "");
        status = db_begin(self->store->db, why);
    }
    if (status == YK_OK) {
        status = audit_add(self->store->db, "export", record->code, detail, why);
        status = db_finish(self->store->db, status, why);
    }
    return status;
}

static enum yk_status add_person(struct exporting *self, const char *code, struct failure *why)
{
    const struct record_read_options options = {.n_with_epochs = SIZE_MAX};
    const struct export_options *given = self->options;
    struct participant_record record;
    participant_record_init(&record);
    enum yk_status status = record_read(self->store, code, &options, &record, why);
    struct consent consent;
    bool has_consent = false;
    if (status == YK_OK) {
        struct civil_date today = zone_civil(record.zone, clock_now_utc_ns()).date;
        has_consent = consent_for_copy(&record.consents, COPY_RESEARCH, given->recipient,
                                       given->date, today, &consent);
    }
    if (status == YK_OK && (!has_consent || record.n_recordings == 0)) {
        self->totals->n_without_consent += !has_consent;
    } else if (status == YK_OK) {
        char person[PSEUDONYM_BYTES];
        pseudonym(&self->codes, 'P', "person", code, person);
        int weeks = given->shift == EXPORT_SHIFT_ALL ? given->weeks
                    : given->shift == EXPORT_SHIFT_EACH
                        ? pseudonym_number(&self->codes, "weeks", code, REACH_WEEKS)
                        : 0;
        for (size_t i = 0; i < record.n_recordings && status == YK_OK; i++) {
            status = add_recording(self, &record.recordings[i], person, i + 1, weeks, why);
        }
        self->totals->n_people++;
        status = status == YK_OK ? note_given(self, &record, &consent, record.n_recordings, why)
                                 : status;
    }
    participant_record_release(&record);
    return status;
}

/* ---- the folder ---- */

static bool has_files(const char *folder)
{
    DIR *dir = opendir(folder);
    bool is_found = false;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        is_found =
            is_found || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return is_found;
}

/* What an earlier export gave may rest on consents that were withdrawn since: files of two
 * exports are never mixed. Empty folders of one that gave nothing are no matter. */
static enum yk_status refuse_earlier(const char *folder, struct failure *why)
{
    static const char *const signs[] = {"README.txt", "recordings", "originals"};
    struct text path;
    text_init(&path);
    bool is_used = false;
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < sizeof signs / sizeof *signs && status == YK_OK; i++) {
        status = disk_join(folder, signs[i], &path, why);
        is_used = is_used || (status == YK_OK && (disk_is_file(text_string(&path)) ||
                                                  has_files(text_string(&path))));
    }
    text_release(&path);
    if (status == YK_OK && is_used) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "%s holds files of an earlier export; name a new folder, so that "
                             "nothing of people who withdrew stays among the others",
                             folder);
    }
    return status;
}

static const char *const below[] = {"recordings", "originals"};

/* After a failure: half of an export is none. The two folders held nothing before. */
static void take_back(const char *folder, bool was_there)
{
    struct text path;
    text_init(&path);
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        if (disk_join(folder, below[i], &path, NULL) == YK_OK) {
            disk_remove_folder(text_string(&path));
        }
    }
    text_release(&path);
    if (!was_there) {
        rmdir(folder); /* only when nothing is in it */
    }
}

static enum yk_status make_folders(const struct exporting *self, struct failure *why)
{
    const char *folder = self->options->folder;
    struct text path;
    text_init(&path);
    enum yk_status status = disk_make_folder(folder, why);
    if (status == YK_OK && batch_folder_is_ours(folder)) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "%s holds what batch wrote; name another folder", folder);
    }
    status = status == YK_OK ? refuse_earlier(folder, why) : status;
    for (size_t i = 0; i < (self->options->with_originals ? 2u : 1u) && status == YK_OK; i++) {
        status = disk_join(folder, below[i], &path, why);
        status = status == YK_OK ? disk_make_folder(text_string(&path), why) : status;
    }
    text_release(&path);
    return status;
}

static enum yk_status write_one(const struct exporting *self, const char *name,
                                const char *suffix, const struct text *content,
                                struct failure *why)
{
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/%s%s", self->options->folder, name, suffix);
    enum yk_status status = text_status(&path, why);
    status = status == YK_OK ? disk_write_file(text_string(&path), content, true, why) : status;
    text_release(&path);
    return status;
}

static enum yk_status add_persons(struct exporting *self, struct failure *why)
{
    static const enum export_table from[] = {TABLE_recording, TABLE_night, TABLE_day};
    struct byte_source *bytes[3] = {NULL, NULL, NULL};
    struct person_summaries persons;
    person_summaries_init(&persons);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < 3 && status == YK_OK; i++) {
        const struct text *table = &self->tables[from[i]];
        status = memory_source_open(text_string(table), table->length,
                                    export_table_name(from[i]), &bytes[i], why);
    }
    if (status == YK_OK) {
        status = person_summaries_make(bytes[0], bytes[1], bytes[2], &persons, why);
    }
    for (size_t i = 0; i < persons.n && status == YK_OK; i++) {
        export_add_person(&persons.persons[i], &self->tables[TABLE_person]);
    }
    for (size_t i = 0; i < 3; i++) {
        byte_source_close(bytes[i]);
    }
    person_summaries_release(&persons);
    return status;
}

static void add_readme(const struct exporting *self, struct text *out)
{
    static const struct {
        const char *en, *ja;
    } shifts[] = {
        {"Dates are as recorded.", "日付は記録されたままです。"},
        {"All dates are shifted by the same whole number of weeks, and changes of the "
         "clock with them.",
         "日付はすべて同じ週の数だけずらし、夏時間などの切りかわりも共に動かしてあります。"},
        {"Dates are shifted by a whole number of weeks of each person's own, and "
         "changes of the clock with them.",
         "日付は人ごとに決めた週の数だけずらし、夏時間などの切りかわりも共に動かしてありま"
         "す。"}};
    const struct export_totals *t = self->totals;
    text_addf(
        out,
        "Export without direct identifiers\n\n"
        "Made by yoake %s on %s: %zu %s, %zu %s, %zu %s. Left out for want of a consent to "
        "research: %zu.\n%s\n\n"
        "These are personal data: whoever has the store they come from can tell who is who. "
        "They are not anonymised. Use them within the consent they were given under.\n"
        "codebook.csv explains every column.\n\n",
        version_number(), self->today, t->n_people, text_many(t->n_people, "person", "people"),
        t->n_recordings, text_many(t->n_recordings, "recording", "recordings"), t->n_nights,
        text_many(t->n_nights, "night", "nights"), t->n_without_consent,
        shifts[self->options->shift].en);
    text_addf(out,
              "氏名などを除いた書き出し\n\n"
              "yoake %s が %s に書き出しました。%zu人、記録 %zu、晩 %zu。研究への同意がないため"
              "除いた人 %zu人。\n%s\n\n"
              "これは個人データです。もとの保管場所を持つ人には、だれのものか分かります。"
              "匿名化したものではありません。同意された範囲で使ってください。\n"
              "列の意味は codebook.csv にあります。\n",
              version_number(), self->today, t->n_people, t->n_recordings, t->n_nights,
              t->n_without_consent, shifts[self->options->shift].ja);
}

static enum yk_status write_all(struct exporting *self, struct failure *why)
{
    struct text codebook, readme;
    text_init(&codebook);
    text_init(&readme);
    export_add_codebook(&codebook);
    add_readme(self, &readme);
    enum yk_status status = add_persons(self, why);
    for (size_t t = 0; t < TABLES && status == YK_OK; t++) {
        status = write_one(self, export_table_name((enum export_table)t), ".csv",
                           &self->tables[t], why);
    }
    status = status == YK_OK ? write_one(self, "codebook", ".csv", &codebook, why) : status;
    status = status == YK_OK ? write_one(self, "README", ".txt", &readme, why) : status;
    text_release(&codebook);
    text_release(&readme);
    return status;
}

/* People in the order of their new codes: the order of the old ones would tell which is which.
 */
struct order {
    char code[PERSON_CODE_BYTES], other[PSEUDONYM_BYTES];
};

static int by_other(const void *a, const void *b)
{
    return strcmp(((const struct order *)a)->other, ((const struct order *)b)->other);
}

static enum yk_status add_people(struct exporting *self, struct failure *why)
{
    struct person *people = NULL;
    struct order *order = NULL;
    size_t n = 0;
    enum yk_status status = person_list(self->store, &people, &n, why);
    if (status == YK_OK) {
        order = mem_alloc(n, sizeof *order);
        status = order != NULL ? YK_OK
                               : failure_set(why, YK_ERR_MEMORY, "no memory for %zu people", n);
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        memcpy(order[i].code, people[i].code, sizeof order[i].code);
        pseudonym(&self->codes, 'P', "person", people[i].code, order[i].other);
    }
    if (status == YK_OK && n > 1) {
        qsort(order, n, sizeof *order, by_other);
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (job_is_cancelled(self->job)) {
            status =
                failure_set(why, YK_ERR_CANCELLED, "stopped before the tables were written");
        } else {
            status = add_person(self, order[i].code, why);
            job_progress(self->job, "export", i + 1, n, "people");
        }
    }
    mem_free(order);
    mem_free(people);
    return status;
}

enum yk_status export_research(struct store *store, const struct export_options *options,
                               struct export_totals *totals, struct job *job,
                               struct failure *why)
{
    struct exporting self = {.store = store, .options = options, .totals = totals, .job = job};
    *totals = (struct export_totals){0};
    civil_format(options->date, self.today);
    for (size_t t = 0; t < TABLES; t++) {
        text_init(&self.tables[t]);
        export_add_header((enum export_table)t, &self.tables[t]);
    }
    bool was_there = disk_is_folder(options->folder);
    enum yk_status status = pseudonyms_open(store, &self.codes, why);
    status = status == YK_OK ? make_folders(&self, why) : status;
    bool is_ours = status == YK_OK;
    status = status == YK_OK ? add_people(&self, why) : status;
    if (status == YK_OK && totals->n_people == 0) {
        status =
            failure_set(why, YK_ERR_TOO_LITTLE,
                        "no participant with recordings has a consent to research in force; "
                        "`yoake consent add CODE --scope research` records one");
    }
    status = status == YK_OK ? write_all(&self, why) : status;
    if (status != YK_OK && (is_ours || !was_there)) {
        take_back(options->folder, was_there);
    }
    for (size_t t = 0; t < TABLES; t++) {
        text_release(&self.tables[t]);
    }
    return status;
}
