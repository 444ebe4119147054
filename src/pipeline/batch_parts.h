/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the batch only: the inputs, the work on one of them, and the tables at the end.
 */
#ifndef SRC_PIPELINE_BATCH_PARTS_H
#define SRC_PIPELINE_BATCH_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "src/base/digest.h"
#include "src/export/tables.h"
#include "src/model/diary.h"
#include "src/pipeline/batch.h"
#include "src/pipeline/participants_csv.h"
#include "src/pipeline/shard.h"
#include "src/pipeline/table_file.h"
#include "src/store/cohort_db.h"

/* ---- inputs ---- */

enum batch_state {
    BATCH_WAITING, /* not begun */
    BATCH_DONE,
    BATCH_EMPTY,
    BATCH_DUPLICATE,
    BATCH_FAILED
};

struct batch_input {
    char *path;  /* owned; as it was named, and stands in quality.csv */
    char *place; /* owned; where the file is, when path alone does not lead there; NULL */
    uint64_t size, device, inode;
    char stem[96];
    char recording_id[128];  /* "" while two stems are alike and the content is unknown */
    char sha256[DIGEST_HEX]; /* "" until hashed */
    char listed_sha256[DIGEST_HEX];            /* in the manifest; "" without one */
    const struct participant_row *participant; /* or NULL */
    bool is_candidate, has_twin; /* another may be alike, another is of its stem */
    bool is_packed;
    uint32_t plain_bytes;             /* low 32 bits of the size, unpacked */
    uint32_t plain_crc;               /* of is_packed: CRC-32 */
    char unpacked_sha256[DIGEST_HEX]; /* "" unless is_packed and another could be alike */
    char description[DIGEST_HEX]; /* of the .ini that a table is read with; "" without one */
    enum batch_state state;
    bool was_finished; /* in an earlier run */
    bool is_partial;   /* BATCH_DONE, but not all of the file */
    bool overlaps;     /* another of its recorder in time */
    bool zone_is_guess;
    enum yk_status code; /* of BATCH_FAILED, BATCH_EMPTY, BATCH_DUPLICATE */
    char *said; /* owned; why, or of BATCH_DONE what is not in the tables; NULL: nothing */
    char format[24], device_serial[32];
    double days, valid_nights, gaps, bad_blocks; /* NaN: unknown */
    int64_t start_ns, end_ns;                    /* of BATCH_DONE; TIME_UNKNOWN */
    _Atomic uint64_t bytes_done;                 /* of batch.bytes_done */
};

struct batch_inputs {
    struct batch_input *inputs; /* sorted by path */
    size_t n, capacity;
    size_t n_left;    /* files in folders that are no recordings by name and content */
    char *first_left; /* owned; the first of them by path, or NULL */
};

void batch_inputs_init(struct batch_inputs *self);
void batch_inputs_release(struct batch_inputs *self);
void batch_input_release(struct batch_input *self);
/* Keeps why there is no result. When memory is refused that is said instead: false. */
bool batch_input_refuse(struct batch_input *self, const struct failure *why);
/* Keeps what a result lacks; "": nothing. The same otherwise. */
bool batch_input_note(struct batch_input *self, const char *note);
/* Takes the facts of a finished recording: BATCH_DONE. */
void batch_input_take(struct batch_input *self, const struct cohort_result *result);
/* Either of these; "" when there is nothing to say. */
const char *batch_input_said(const struct batch_input *self);
/* The path to open. */
const char *batch_input_place(const struct batch_input *self);
/* Files as they are named, and the files with a known suffix in folders and their folders (a
 * .csv or .txt only when a format recognises it, a .zip when it holds a recording), without
 * hidden ones, without options->folder, without what an earlier batch wrote, and without the
 * participants table and the diary. A file met twice counts once. What is named and not there,
 * a folder that cannot be read and a link that leads nowhere are inputs too: they will fail by
 * themselves. */
enum yk_status batch_inputs_find(const struct batch_options *options, struct batch_inputs *out,
                                 struct failure *why);
/* YK_ERR_MEMORY, with how many inputs there are. */
enum yk_status batch_inputs_no_memory(const struct batch_inputs *self, struct failure *why);
/* Adds an input whose file may be anything; path is copied. */
enum yk_status batch_inputs_add(struct batch_inputs *self, const char *path,
                                struct failure *why);

/* ---- names and contents (batch_names.c) ---- */

/* Stems become recording_id; where stems are alike (letters' case aside) the first eight digits
 * of the hash are put behind. Hashes those, and files of one size, on n_jobs workers: equal
 * content, packed (gzip, ZIP) or not, makes all but the first by path a duplicate. */
enum yk_status batch_inputs_name(struct batch_inputs *self, unsigned n_jobs, struct job *job,
                                 struct failure *why);

/* Hashes every input that is not yet hashed. */
enum yk_status batch_inputs_hash(struct batch_inputs *self, unsigned n_jobs, struct job *job,
                                 struct failure *why);

/* SHA-256 of what the input holds, unpacked where that is known; "" before anything is. */
const char *batch_input_content(const struct batch_input *self);
/* Fills description; bytes are the input's. */
void batch_input_describe(struct batch_input *self, struct byte_source *bytes, struct job *job);
/* Says of duplicates that the participants table gives to another person than the recording.
 */
enum yk_status batch_inputs_note_persons(struct batch_inputs *self, struct failure *why);

/* ---- the folder of results ---- */

/* Whether a batch of this program works or worked in the folder: it has the log and the cohort
 * file that every batch begins with. */
bool batch_folder_is_ours(const char *folder);

/* Whether a batch writes this name (a table, recordings, run.log, ...) into its folder. */
bool batch_folder_has(const char *name);

/* YK_ERR_CONFLICT when the folder has a file under a name that a batch would write, and no
 * batch wrote it: somebody else's night.csv is not to be lost. */
enum yk_status batch_folder_refuse_foreign(const char *folder, struct failure *why);

/* ---- a store that was named ---- */

struct batch_owner {
    char sha256[DIGEST_HEX], person[64];
};

struct batch_owners {
    struct batch_owner *owners; /* sorted by hash */
    size_t n;
    bool has_zone; /* the store has one for clocks of which nothing else is known */
};

void batch_owners_release(struct batch_owners *self);
/* Changes nothing in the store. zone: filled when the store has one. errors: those of
 * store_open() */
enum yk_status batch_owners_read(const char *folder, struct batch_owners *out, char *zone,
                                 size_t zone_room, struct failure *why);
/* The person whose recording this content is, or NULL. */
const char *batch_owner_of(const struct batch_owners *self, const char *sha256);

/* ---- the diary ---- */

struct zoned_diary {
    char zone[64];
    struct diary diary;
};

/* One for each zone that a recording was of; workers share them. */
struct batch_diaries {
    pthread_mutex_t lock;
    struct zoned_diary *diaries;
    size_t n, capacity;
};

/* ---- one run ---- */

struct batch {
    const struct batch_options *options;
    struct batch_totals *totals;
    struct job *job; /* the caller's */
    struct batch_inputs inputs;
    struct participants participants;
    uint64_t n_diary_skipped;         /* rows that keep_good left out */
    struct failure diary_first_wrong; /* when there are such */
    struct diary diary; /* read with the default zone, to check it and to notice changes */
    char diary_zone[64];
    char diary_key[DIGEST_HEX];         /* of all of it */
    struct batch_diaries other_diaries; /* read with the zones of recordings */
    struct batch_owners owners;
    char system_zone[64]; /* the store's, when one is named and has one */
    struct cohort_db *db;
    struct shard_peers *peers; /* results of shards of another count; NULL: none */
    struct shard_lock *owner;  /* of a shard; NULL */
    char settings_key[DIGEST_HEX];
    pthread_mutex_t lock; /* db, totals, the caller's progress */
    struct log log;       /* to run.log and to the caller's */
    int log_fd;
    atomic_size_t n_failed;
    _Atomic uint64_t bytes_done; /* for the progress bar */
    atomic_size_t n_syncs;
    atomic_bool is_stopped;      /* too many failures, or nothing more can be written */
    struct failure cannot_write; /* the first of them; code YK_OK: none */
};

/* Path below options->folder. */
enum yk_status batch_path(const struct batch *self, const char *folder, const char *name,
                          const char *suffix, struct text *out, struct failure *why);

/* Reads the whole diary, to check it and to notice changes; zone: where nothing else is known.
 */
enum yk_status batch_read_diary(struct batch *self, const struct zone *zone,
                                struct failure *why);
/* What the work key has of the nights of `code` (NULL: of everybody). */
void batch_add_diary_key(const struct batch *self, const char *code, struct text *out);
/* The nights of `code`, with the clock times in `zone`, as those of `person`. out: initialised
 * by the caller. */
enum yk_status batch_diary_of(struct batch *self, const struct zone *zone, const char *code,
                              const char *person, struct diary *out, struct failure *why);
void batch_diaries_init(struct batch_diaries *self);
void batch_diaries_release(struct batch_diaries *self);

/* Fills settings_key from the options. */
enum yk_status batch_settings_key(struct batch *batch, struct failure *why);

/* Everything for input i: from the earlier run when nothing changed, else computed and kept.
 * Never fails: the input says how it went. user: the batch; for pool_run(). */
void batch_work(void *user, size_t i, unsigned worker);

/* The table of epochs of a finished recording, from its HDF5 file. */
enum yk_status batch_restore_epochs(const char *series, const char *table, struct failure *why);

/* The table that a kept part of a recording is of. */
extern const enum export_table batch_table_of[COHORT_PART_COUNT];
/* The rows of person.csv, from the complete tables of recordings, nights and days; files: by
 * enum export_table. */
enum yk_status batch_add_persons(struct batch *batch, struct table_file *files,
                                 struct failure *why);
/* The rows of quality.csv. */
enum yk_status batch_add_quality(const struct batch *batch, struct table_file *out,
                                 struct failure *why);
/* Notes recordings of one recorder that overlap in time. */
enum yk_status batch_note_overlaps(struct batch *batch, struct failure *why);
/* Counts the states of the inputs into the totals. */
void batch_count(struct batch *self);
/* The tables from all that is done. */
enum yk_status batch_write_tables(struct batch *batch, struct failure *why);
/* The parts of batch_run() that merge shares: prepares nothing but the struct; releases it. */
void batch_init(struct batch *self, const struct batch_options *options,
                struct batch_totals *totals, struct job *job);
void batch_release(struct batch *self);
/* Locks the folder, opens its log and its database. *lock_fd is closed by the caller. */
enum yk_status batch_prepare_folder(struct batch *self, int *lock_fd, struct failure *why);

#endif
