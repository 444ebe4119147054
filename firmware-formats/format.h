/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file format: how to recognise it and how to open it. One file and one line in formats.def
 * add a format.
 */
#ifndef FIRMWARE_FORMATS_FORMAT_H
#define FIRMWARE_FORMATS_FORMAT_H

#include "src/base/byte_source.h"
#include "src/base/job.h"
#include "src/base/text.h"
#include "src/base/zone.h"
#include "src/model/recording_source.h"

struct open_options {
    /* Zone of the device's wall clock. When file_zone_wins is set (nobody named a zone for this
     * file), a zone written in the file itself takes its place. Never NULL. Borrowed: must live
     * as long as the source. */
    const struct zone *zone;
    bool file_zone_wins;
    bool zone_is_guess;
    bool with_gyro;  /* fill gyro_dps */
    int session;     /* file with several sessions: which one, 0 = the first and only those
                        blocks that belong together with it, -1 = everything */
    struct job *job; /* may be NULL */
    /* Path of the .ini that describes a table, instead of the one beside it. NULL: that one. */
    const char *columns;
    /* Not NULL: a table that nothing explains may be read by a guess, whose .ini is appended.
     * Nobody who computes results sets it. */
    struct text *guess;
    /* Opens a file beside the input ("x.ini" for "x.csv"). NULL: recording_open_source() looks
     * beside the path of the byte source, when it has one. */
    enum yk_status (*sibling)(const struct open_options *self, const char *suffix,
                              struct byte_source **out, struct failure *why);
};

struct format {
    const char *id;   /* "cwa": command line, database, docs/formats/cwa.md */
    const char *name; /* "Axivity AX3/AX6 (.cwa)" */
    const char *maker;
    const char *const *suffix; /* NULL-terminated, lower case, without dot */
    const char *document;      /* docs/formats/<document>.md; NULL: the id, with - for _ */
    /* 0 no ... 100 certain. Reads little, changes nothing, decides by content. */
    int (*probe)(struct byte_source *bytes);
    /* On success takes bytes; on failure the caller still owns it. */
    enum yk_status (*open)(struct byte_source *bytes, const struct open_options *opt,
                           struct recording_source **out, struct failure *why);
};

size_t format_count(void);
const struct format *format_at(size_t i);
const struct format *format_find(const char *id); /* NULL when unknown */

/* Opens a file of any known format, gzip-compressed or not (unpacked into an unlinked temporary
 * file), or the only recording in a ZIP archive. A file no format recognises gives
 * YK_ERR_UNSUPPORTED with what it looks like (first bytes) and what can be read. */
enum yk_status recording_open(const char *path, const struct open_options *opt,
                              struct recording_source **out, struct failure *why);
/* Whether the recording at path is a folder (one with unisens.xml in it), or the description
 * inside one, and not one file. */
bool recording_is_folder(const char *path);
/* The bytes of a recording: those of the file at path, or, where the recording is a folder or
 * the description inside one, those of a ZIP archive of it that is never written. */
enum yk_status recording_bytes_open(const char *path, struct byte_source **out,
                                    struct failure *why);
/* The bytes of a ZIP archive, that is never written, of a table and the .ini beside it: the two
 * together are the recording where info.is_described. */
enum yk_status recording_with_ini_open(const char *path, struct byte_source **out,
                                       struct failure *why);
/* The same as recording_open() on an open byte source; takes bytes on success only. */
enum yk_status recording_open_source(struct byte_source *bytes, const struct open_options *opt,
                                     struct recording_source **out, struct failure *why);
/* For what was just opened: YK_ERR_ARGUMENT when opt->columns was named and not read, because
 * the recording needs no description. Whoever named it believes that it counts. */
enum yk_status recording_check_columns(const struct recording_source *self,
                                       const struct open_options *opt, struct failure *why);

/* Whether this is a gzip file, or a ZIP archive around one file (its description aside) and
 * no recording itself; then what it says of the file in it, without unpacking: size (its low 32
 * bits) and CRC-32. */
bool recording_is_packed(struct byte_source *bytes, uint32_t *size, uint32_t *crc);
/* The file in what recording_is_packed(). packed stays the caller's and must outlive it.
 * errors: those of gzip_source_open() and zip_archive_open_member() */
enum yk_status recording_unpack(struct byte_source *packed, struct job *job,
                                struct byte_source **out, struct failure *why);

/* The description that a table in bytes is read with, which says what it means: the .ini beside
 * its file, or in the ZIP archive around it. bytes stay the caller's and must outlive it.
 * errors: YK_ERR_NO_DEVICE (there is none, or by its name it is no table), those of reading */
enum yk_status recording_description_open(struct byte_source *bytes, struct job *job,
                                          struct byte_source **out, struct failure *why);

/* Whether a ZIP archive holds recordings (of several, recording_open() says which), or is one
 * itself. Unpacks what it must. */
bool recording_in_zip(struct byte_source *bytes);

#endif
