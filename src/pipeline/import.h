/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recorder's file into the store: archived, verified, analysed, recorded.
 */
#ifndef SRC_PIPELINE_IMPORT_H
#define SRC_PIPELINE_IMPORT_H

#include "src/model/analysis.h"
#include "src/model/diary.h"
#include "src/model/parameters.h"
#include "src/store/recordings.h"

struct import_options {
    const char *person;    /* code of a participant of the store */
    const char *zone_name; /* --zone, or NULL: the participant's, the file's, the store's */
    const char *recipe;    /* name, for provenance */
    const struct parameters *parameters;
    const struct diary *diary; /* NULL: what the store has of the participant */
    /* Shows each finished analysis before it is recorded, on the same thread; may be NULL. */
    void (*on_analysis)(void *user, const struct analysis *analysis);
    void *user;
};

enum import_outcome {
    IMPORT_NEW,       /* archived, analysed and recorded */
    IMPORT_COMPLETED, /* was archived before (an import was interrupted); analysed now */
    IMPORT_ALREADY,   /* nothing changed, but perhaps the original: was_repaired, was_lost */
    IMPORT_ARCHIVED   /* the original is safe, but it could not be analysed: see failure */
};

struct import_result {
    enum import_outcome outcome;
    bool was_repaired;     /* a damaged original was replaced by the good one */
    bool was_lost;         /* import_file(): the original was missing, and is back */
    char code_in_file[64]; /* participant's code in the file's own header, "" when it has none
                              or was not read; the caller compares it with options->person */
    struct recording_row row;
    struct failure failure; /* IMPORT_ARCHIVED: why */
};

/* The steps, each complete on the disk before the next begins: the original is archived; its
 * row is added; the archived file (not path) is analysed; recordings/<id>.h5 is written; the
 * rows of the analysis are added in one transaction. After a crash between two steps, importing
 * the same file again goes on from there. errors: YK_ERR_UNSUPPORTED and others of the formats
 * (a file that cannot be read at all is not archived), YK_ERR_CONFLICT (recorded for another
 * participant), those of archive_add(), h5_analysis_write() and results_add() */
enum yk_status import_file(struct store *store, const char *path,
                           const struct import_options *options, struct import_result *out,
                           struct job *job, struct failure *why);

/* What a file is, without reading all of it. Its times are as the device's clock had them, as
 * if that were UTC; the end is an estimate. errors: those of the formats */
enum yk_status import_look(const char *path, struct recording_info *out, struct job *job,
                           struct failure *why);

/* As import_file() for an original that is in the archive already (archive_adopt()), so that
 * nothing is copied again. import_record() only adds its row (or finds it), import_archived()
 * goes on to the end. An original that no format can open is kept all the same:
 * IMPORT_ARCHIVED. */
enum yk_status import_record(struct store *store, const struct archived *archived,
                             const struct import_options *options, struct recording_row *row,
                             struct failure *why);
enum yk_status import_archived(struct store *store, const struct archived *archived,
                               const struct import_options *options, struct import_result *out,
                               struct job *job, struct failure *why);

/* One more analysis of a recording in the store; older ones stay. row is brought up to date.
 * options->person is ignored. */
enum yk_status import_analyze(struct store *store, struct recording_row *row,
                              const struct import_options *options, struct job *job,
                              struct failure *why);

/* Clears away what interrupted programs left: unfinished copies, series without a row, files of
 * deleted participants. What living programs are working on is not touched. *n: files removed.
 */
enum yk_status import_sweep(struct store *store, size_t *n, struct failure *why);

#endif
