/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The unfinished copy of a recording: bytes that came, a note of how many of them are proven to
 * be on the disk, and the way from there into the archive.
 */
#ifndef SRC_DOCK_PART_FILE_H
#define SRC_DOCK_PART_FILE_H

#include "src/base/digest.h"
#include "src/dock/download.h"

#define PART_RESUME ".resume"
#define PART_HEADER_BYTES 1024

/* Whose bytes they are. A part goes on only when all of it is the same. */
struct part_owner {
    char model[16], serial[32];
    uint64_t size;
    char header_sha256[DIGEST_HEX]; /* of the first 1024 bytes */
    int64_t last_changed_ns;        /* TIME_UNKNOWN: the device did not say */
};

/* What the note beside a part says. */
struct part_note {
    struct part_owner owner;
    uint64_t length; /* bytes that were synced and read back */
    char sha256[DIGEST_HEX];
    bool is_complete; /* length == size, and on the way into the archive or there */
    bool is_verified;
    struct download_counts counts; /* over these bytes */
};

struct part_file {
    int fd; /* -1: none */
    struct text path, note_path;
    struct part_owner owner;
    struct digest *received, *on_disk; /* of the bytes that came; of those read back */
    uint64_t length, settled;
    uint8_t *room; /* to read back into */
};

bool part_owner_is_same(const struct part_owner *a, const struct part_owner *b);

void part_file_init(struct part_file *self);
/* Closes and unlocks; the part and its note stay. Safe twice. */
void part_file_release(struct part_file *self);

/* Opens or makes the part of this owner and locks it. *note is what is known of it: length 0
 * when it begins anew; is_complete without a part (fd stays -1) when it was finished before; no
 * owner when bytes are there and a note that fits them is not.
 * errors: YK_ERR_BUSY (somebody else writes it), of the system, YK_ERR_MEMORY */
enum yk_status part_file_open(struct part_file *self, const char *folder,
                              const struct part_owner *owner, struct part_note *note,
                              struct failure *why);
/* After part_file_open(): gets ready for bytes behind `keep`. What is kept is read from the
 * disk and must hash to note->sha256: YK_ERR_CORRUPT otherwise. seen may be NULL. */
enum yk_status part_file_continue(struct part_file *self, const struct part_note *note,
                                  void (*seen)(void *user, uint64_t pos, const void *at,
                                               size_t n),
                                  void *user, struct job *job, struct failure *why);
/* Forgets what the part holds. */
enum yk_status part_file_restart(struct part_file *self, struct failure *why);
/* Puts the proven bytes of the part aside as "<name>.kept-<n>" and makes a new part. */
enum yk_status part_file_set_aside(struct part_file *self, uint64_t proven, struct text *kept,
                                   struct failure *why);

enum yk_status part_file_add(struct part_file *self, const void *at, size_t n,
                             struct failure *why);
/* Syncs what came, reads it back, compares, and notes it. errors: of the system; YK_ERR_CORRUPT
 * when the disk gives back something else: what was settled before stays good */
enum yk_status part_file_settle(struct part_file *self, const struct part_note *also,
                                struct failure *why);
/* Reads from the part. */
enum yk_status part_file_read(struct part_file *self, uint64_t pos, void *at, size_t n,
                              struct failure *why);
/* Into the archive; the note stays and says that it is complete. */
enum yk_status part_file_publish(struct part_file *self, const char *archive,
                                 const char *suffix, const struct part_note *also,
                                 struct archived *out, struct job *job, struct failure *why);
/* Takes the note of a finished part away. */
enum yk_status part_file_forget(struct part_file *self, struct failure *why);
/* The same for a recorder and the header of what it holds, so that it is read whole when it is
 * docked again. The note of an unfinished part stays. */
void part_file_forget_known(const char *folder, const struct dock_identity *identity,
                            const uint8_t header[static PART_HEADER_BYTES]);

/* Clears a folder of parts: notes that were not finished, and notes of verified recordings
 * older than 90 days (they only save time; one of a doubtful copy tells what a better one
 * replaces). Bytes of recordings are never removed. Nobody else may work in the folder
 * meanwhile. */
void part_file_sweep(const char *folder);

/* Note to text and back (part_note.c). False when it is not one. */
void part_note_write(const struct part_note *self, struct text *out);
bool part_note_read(const char *text, struct part_note *out);

#endif
