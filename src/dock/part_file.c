/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order on the disk: bytes, sync, read back, then the note that calls them proven (written
 * beside, synced, renamed). A program that is killed, a disk that is full or a power cut leaves
 * at worst bytes behind the noted length, which are cut off by the next download. The note of a
 * finished recording stays: a recorder that is docked again unchanged need not be read again,
 * and a download that was killed between its last byte and its row goes on from the archive.
 *
 * A lock (flock) on the part keeps two downloads from one file; it ends with the process.
 */
#include "src/dock/part_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"

#define ROOM_BYTES ((size_t)256 * 1024)
#define NOTE_BYTES_MAX 4096
#define NOTE_KEPT_S (90 * INT64_C(86400))

/* ---- the note ---- */

static enum yk_status write_note(const struct part_file *self, const struct part_note *note,
                                 struct failure *why)
{
    struct text words;
    text_init(&words);
    part_note_write(note, &words);
    enum yk_status status = disk_write_file(text_string(&self->note_path), &words, true, why);
    text_release(&words);
    return status;
}

/* False when there is none, or it is not one. */
static bool read_note(const struct part_file *self, struct part_note *out)
{
    char text[NOTE_BYTES_MAX];
    int fd = open(text_string(&self->note_path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return false;
    }
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0) {
        return false;
    }
    text[got] = '\0';
    return part_note_read(text, out);
}

/* ---- the part ---- */

void part_file_init(struct part_file *self)
{
    *self = (struct part_file){.fd = -1};
    text_init(&self->path);
    text_init(&self->note_path);
}

void part_file_release(struct part_file *self)
{
    if (self->fd >= 0) {
        close(self->fd);
    }
    digest_free(self->received);
    digest_free(self->on_disk);
    mem_free(self->room);
    text_release(&self->path);
    text_release(&self->note_path);
    part_file_init(self);
}

static void add_plain(struct text *out, const char *word)
{
    for (; *word != '\0'; word++) {
        text_add_char(out, isalnum((unsigned char)*word) != 0 && ((*word & 0x80) == 0) ? *word
                                                                                       : '_');
    }
}

static enum yk_status name_files(struct part_file *self, const char *folder,
                                 struct failure *why)
{
    struct text name;
    text_init(&name);
    add_plain(&name, self->owner.model);
    text_add_char(&name, '-');
    add_plain(&name, self->owner.serial);
    text_addf(&name, "-%.12s", self->owner.header_sha256);
    enum yk_status status = text_status(&name, why);
    if (status == YK_OK) {
        status = disk_join(folder, text_string(&name), &self->path, why);
    }
    if (status == YK_OK) {
        text_addf(&self->note_path, "%s" PART_RESUME, text_string(&self->path));
        text_add(&self->path, DISK_PART);
        status = text_status(&self->path, why);
    }
    if (status == YK_OK) {
        status = text_status(&self->note_path, why);
    }
    text_release(&name);
    return status;
}

/* Opens and locks; another download may have moved the file away in between. */
static enum yk_status open_locked(struct part_file *self, bool may_make, struct failure *why)
{
    const char *path = text_string(&self->path);
    for (int attempt = 0; attempt < 100; attempt++) {
        struct stat opened, named;
        int fd = open(path, O_RDWR | (may_make ? O_CREAT : 0) | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 && errno == EACCES && attempt == 0 && chmod(path, 0600) == 0) {
            continue; /* it was finished, and stopped on the doorstep of the archive */
        }
        if (fd < 0) {
            return failure_set_errno(why, errno, "opening %s", path);
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            int reason = errno;
            close(fd);
            return reason == EWOULDBLOCK
                       ? failure_set(why, YK_ERR_BUSY,
                                     "a recorder with the number %s and the same recording is "
                                     "being read already",
                                     self->owner.serial)
                       : failure_set_errno(why, reason, "locking %s", path);
        }
        if (fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
            opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
            self->fd = fd;
            return YK_OK;
        }
        close(fd);
    }
    return failure_set(why, YK_ERR_BUSY, "%s is moved away again and again", path);
}

static enum yk_status get_ready(struct part_file *self, struct failure *why)
{
    digest_free(self->received);
    digest_free(self->on_disk);
    self->received = self->on_disk = NULL;
    if (self->room == NULL) {
        self->room = mem_alloc(ROOM_BYTES, 1);
    }
    if (self->room == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to copy a recording");
    }
    enum yk_status status = digest_new(&self->received, why);
    return status == YK_OK ? digest_new(&self->on_disk, why) : status;
}

enum yk_status part_file_open(struct part_file *self, const char *folder,
                              const struct part_owner *owner, struct part_note *note,
                              struct failure *why)
{
    struct part_note found;
    self->owner = *owner;
    enum yk_status status = name_files(self, folder, why);
    if (status != YK_OK) {
        return status;
    }
    bool has_note = read_note(self, &found);
    bool has_part = disk_is_file(text_string(&self->path));
    if (has_note && found.is_complete && !has_part && part_owner_is_same(&found.owner, owner)) {
        *note = found;
        return YK_OK;
    }
    status = open_locked(self, true, why);
    if (status == YK_OK) {
        status = get_ready(self, why);
    }
    struct stat s;
    if (status == YK_OK && fstat(self->fd, &s) != 0) {
        status = failure_set_errno(why, errno, "opening %s", text_string(&self->path));
    }
    if (status == YK_OK) {
        has_note = read_note(self, &found); /* under the lock: it is nobody else's now */
        bool is_noted = has_note && found.length <= (uint64_t)s.st_size;
        /* Bytes that no note tells of are nobody's, and are put aside. */
        *note = is_noted ? found : (struct part_note){.length = (uint64_t)s.st_size};
    }
    return status;
}

enum yk_status part_file_restart(struct part_file *self, struct failure *why)
{
    self->length = self->settled = 0;
    if (ftruncate(self->fd, 0) != 0 || lseek(self->fd, 0, SEEK_SET) < 0) {
        return failure_set_errno(why, errno, "emptying %s", text_string(&self->path));
    }
    enum yk_status status = get_ready(self, why);
    if (status == YK_OK) {
        struct part_note note = {.owner = self->owner};
        digest_of_memory("", 0, note.sha256);
        status = write_note(self, &note, why);
    }
    /* Room for all of it at once: a full disk is noticed before minutes of reading. */
    if (status == YK_OK && self->owner.size > 0 &&
        fallocate(self->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)self->owner.size) != 0 &&
        errno == ENOSPC) {
        status = failure_set_errno(why, ENOSPC, "making room for %" PRIu64 " bytes in %s",
                                   self->owner.size, text_string(&self->path));
    }
    return status;
}

enum yk_status part_file_read(struct part_file *self, uint64_t pos, void *at, size_t n,
                              struct failure *why)
{
    uint8_t *to = at;
    while (n > 0) {
        ssize_t got = pread(self->fd, to, n, (off_t)pos);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return failure_set_errno(why, errno, "reading %s", text_string(&self->path));
        }
        if (got == 0) {
            return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)pos,
                                  "%s is shorter than was noted", text_string(&self->path));
        }
        to += got;
        pos += (uint64_t)got;
        n -= (size_t)got;
    }
    return YK_OK;
}

enum yk_status part_file_continue(struct part_file *self, const struct part_note *note,
                                  void (*seen)(void *user, uint64_t pos, const void *at,
                                               size_t n),
                                  void *user, struct job *job, struct failure *why)
{
    char hash[DIGEST_HEX];
    enum yk_status status = get_ready(self, why);
    posix_fadvise(self->fd, 0, 0, POSIX_FADV_DONTNEED);
    for (uint64_t pos = 0; status == YK_OK && pos < note->length;) {
        uint64_t left = note->length - pos;
        size_t n = left < ROOM_BYTES ? (size_t)left : ROOM_BYTES;
        status = job_is_cancelled(job)
                     ? failure_set(why, YK_ERR_CANCELLED, "stopped while checking what is kept")
                     : part_file_read(self, pos, self->room, n, why);
        if (status == YK_OK) {
            digest_add(self->received, self->room, n);
            if (seen != NULL) {
                seen(user, pos, self->room, n);
            }
            pos += n;
        }
    }
    if (status == YK_OK) {
        status = digest_so_far(self->received, hash, why);
    }
    if (status == YK_OK && strcmp(hash, note->sha256) != 0) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "the first %" PRIu64 " bytes of %s are not what was noted",
                             note->length, text_string(&self->path));
    }
    if (status == YK_OK) {
        digest_free(self->on_disk);
        self->on_disk = NULL;
        status = digest_clone(self->received, &self->on_disk, why);
    }
    if (status == YK_OK && (ftruncate(self->fd, (off_t)note->length) != 0 ||
                            lseek(self->fd, (off_t)note->length, SEEK_SET) < 0)) {
        status = failure_set_errno(why, errno, "cutting %s", text_string(&self->path));
    }
    if (status == YK_OK) {
        self->length = self->settled = note->length;
    }
    return status;
}

enum yk_status part_file_set_aside(struct part_file *self, uint64_t proven, struct text *kept,
                                   struct failure *why)
{
    for (int n = 1; n < 1000; n++) {
        text_clear(kept);
        text_add_n(kept, text_string(&self->path), self->path.length - strlen(DISK_PART));
        text_addf(kept, ".kept-%d", n);
        enum yk_status status = text_status(kept, why);
        if (status != YK_OK) {
            return status;
        }
        if (n == 1 && ftruncate(self->fd, (off_t)proven) != 0) {
            return failure_set_errno(why, errno, "cutting %s", text_string(&self->path));
        }
        if (renameat2(AT_FDCWD, text_string(&self->path), AT_FDCWD, text_string(kept),
                      RENAME_NOREPLACE) == 0) {
            close(self->fd);
            self->fd = -1;
            return open_locked(self, true, why);
        }
        if (errno != EEXIST) {
            return failure_set_errno(why, errno, "putting %s aside", text_string(&self->path));
        }
    }
    return failure_set(why, YK_ERR_CONFLICT, "a thousand older parts lie beside %s",
                       text_string(&self->path));
}

enum yk_status part_file_add(struct part_file *self, const void *at, size_t n,
                             struct failure *why)
{
    enum yk_status status = disk_write(self->fd, at, n, text_string(&self->path), why);
    if (status == YK_OK) {
        digest_add(self->received, at, n);
        self->length += n;
    }
    return status;
}

/* ---- proving ---- */

static enum yk_status read_back(struct part_file *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    posix_fadvise(self->fd, (off_t)self->settled, (off_t)(self->length - self->settled),
                  POSIX_FADV_DONTNEED); /* so that the disk is read, not memory */
    for (uint64_t pos = self->settled; pos < self->length && status == YK_OK;) {
        uint64_t left = self->length - pos;
        size_t n = left < ROOM_BYTES ? (size_t)left : ROOM_BYTES;
        status = part_file_read(self, pos, self->room, n, why);
        if (status == YK_OK) {
            digest_add(self->on_disk, self->room, n);
            pos += n;
        }
    }
    return status;
}

enum yk_status part_file_settle(struct part_file *self, const struct part_note *also,
                                struct failure *why)
{
    char received[DIGEST_HEX], on_disk[DIGEST_HEX];
    if (self->length == self->settled && self->length > 0) {
        return YK_OK;
    }
    if (fsync(self->fd) != 0) {
        return failure_set_errno(why, errno, "asking the disk to keep %s",
                                 text_string(&self->path));
    }
    enum yk_status status = read_back(self, why);
    if (status == YK_OK) {
        status = digest_so_far(self->received, received, why);
    }
    if (status == YK_OK) {
        status = digest_so_far(self->on_disk, on_disk, why);
    }
    if (status == YK_OK && strcmp(received, on_disk) != 0) {
        status = failure_set_at(why, YK_ERR_CORRUPT, (int64_t)self->settled,
                                "%s reads back differently from what was written after byte "
                                "%" PRIu64 ": check that disk",
                                text_string(&self->path), self->settled);
    }
    if (status == YK_OK) {
        struct part_note note = *also;
        note.owner = self->owner;
        note.length = self->length;
        note.is_complete = false;
        memcpy(note.sha256, on_disk, sizeof on_disk);
        status = write_note(self, &note, why);
    }
    if (status == YK_OK) {
        self->settled = self->length;
    }
    return status;
}

enum yk_status part_file_publish(struct part_file *self, const char *archive,
                                 const char *suffix, const struct part_note *also,
                                 struct archived *out, struct job *job, struct failure *why)
{
    struct archived now = {.bytes = self->length};
    struct part_note note = *also;
    snprintf(now.suffix, sizeof now.suffix, "%s", suffix);
    enum yk_status status = digest_so_far(self->on_disk, now.sha256, why);
    if (status == YK_OK && self->settled != self->length) {
        status = failure_set(why, YK_ERR_ARGUMENT, "not all of %s is on the disk",
                             text_string(&self->path));
    }
    if (status == YK_OK) {
        note.owner = self->owner;
        note.length = self->length;
        note.is_complete = true;
        memcpy(note.sha256, now.sha256, sizeof note.sha256);
        status = write_note(self, &note, why);
    }
    /* Room that was taken beforehand and not needed goes back; originals are read-only. */
    if (status == YK_OK &&
        (ftruncate(self->fd, (off_t)self->length) != 0 || fchmod(self->fd, 0400) != 0)) {
        status = failure_set_errno(why, errno, "finishing %s", text_string(&self->path));
    }
    if (status == YK_OK) {
        status = archive_adopt(archive, text_string(&self->path), &now, job, why);
    }
    if (status == YK_OK) {
        *out = now;
    }
    return status;
}

enum yk_status part_file_forget(struct part_file *self, struct failure *why)
{
    return disk_remove(text_string(&self->note_path), why);
}

void part_file_forget_known(const char *folder, const struct dock_identity *identity,
                            const uint8_t header[static PART_HEADER_BYTES])
{
    struct part_file file;
    struct part_note note;
    part_file_init(&file);
    snprintf(file.owner.model, sizeof file.owner.model, "%s", identity->model);
    snprintf(file.owner.serial, sizeof file.owner.serial, "%s", identity->serial);
    digest_of_memory(header, PART_HEADER_BYTES, file.owner.header_sha256);
    if (name_files(&file, folder, NULL) == YK_OK && read_note(&file, &note) &&
        note.is_complete) {
        disk_remove(text_string(&file.note_path), NULL); /* it would only save time */
    }
    part_file_release(&file);
}

static bool is_old_note(const char *path)
{
    struct part_file file;
    struct part_note note;
    struct stat s;
    part_file_init(&file);
    text_add(&file.note_path, path);
    bool is_old = stat(path, &s) == 0 &&
                  clock_now_utc_ns() / NS_PER_S - s.st_mtim.tv_sec > NOTE_KEPT_S &&
                  read_note(&file, &note) && note.is_complete && note.is_verified;
    part_file_release(&file);
    return is_old;
}

void part_file_sweep(const char *folder)
{
    struct text path;
    DIR *dir = opendir(folder);
    text_init(&path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        bool is_half = name_ends_with(entry->d_name, PART_RESUME DISK_PART);
        if (!is_half && !name_ends_with(entry->d_name, PART_RESUME)) {
            continue;
        }
        if (disk_join(folder, entry->d_name, &path, NULL) == YK_OK &&
            (is_half || is_old_note(text_string(&path)))) {
            disk_remove(text_string(&path), NULL); /* what stays is taken next time */
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
}
