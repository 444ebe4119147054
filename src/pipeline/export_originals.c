/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Originals for an export.
 *
 * A .cwa is copied sector by sector, and only what the layout knows (docs/formats/cwa.md) is
 * carried over: the header is written anew from its fields, sectors that no reader uses, bytes
 * behind the last sample and a torn tail become empty. All other formats keep names, numbers
 * and dates in ways of their own (text lines, archives, databases), so that their samples are
 * written into a file of ours, whose header holds what we put there.
 */
#include "src/pipeline/export_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/bytes.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/text.h"
#include "src/pipeline/convert.h"

/* ---- .cwa ---- */

struct blanking {
    uint32_t first_session;
    bool knows_session;
};

/* Device and session are numbers one can look up; the annotation is the subject's. */
static bool blank_header(struct blanking *self, unsigned char *at)
{
    struct cwa_header header;
    if (!cwa_header_get(at, &header)) {
        return false;
    }
    self->first_session = header.session_id;
    self->knows_session = true;
    header.device_id = 0;
    header.session_id = 0;
    memset(header.annotation, 0x20, sizeof header.annotation);
    cwa_header_put(at, &header);
    return true;
}

/* A sector that readers skip stays one that they skip, but empty: it may hold what was on the
 * disk before. */
static void empty_sector(unsigned char *at)
{
    bool is_blank = true;
    for (size_t i = 1; i < CWA_SECTOR_BYTES && is_blank; i++) {
        is_blank = at[i] == at[0];
    }
    if (!is_blank) {
        memset(at, 0, CWA_SECTOR_BYTES);
        at[0] = '?';
    }
}

/* Sessions count from the first, so that several in one file stay apart. */
static void blank_sector(struct blanking *self, unsigned char *at)
{
    struct cwa_sector sector;
    if (cwa_sector_check(at, &sector) != CWA_GOOD) {
        empty_sector(at);
        return;
    }
    if (!self->knows_session) {
        self->first_session = sector.session_id;
        self->knows_session = true;
    }
    size_t used =
        CWA_SAMPLES_AT + (size_t)sector.count * cwa_layout_sample_bytes(sector.layout);
    put_u32le(at + 6, sector.session_id - self->first_session);
    if ((sector.fraction_or_id & 0x8000) == 0) { /* else it is part of a time */
        put_u16le(at + 4, 0);
    }
    if (used < CWA_SECTOR_BYTES - 2) {
        memset(at + used, 0, CWA_SECTOR_BYTES - 2 - used);
    }
    if (sector.rate_code != 0) { /* ancient sectors have no checksum */
        cwa_sector_seal(at);
    }
}

/* A piece of the file that begins at a whole sector. */
static void blank_piece(struct blanking *self, unsigned char *piece, size_t n, bool is_first)
{
    size_t at =
        is_first && n >= CWA_HEADER_BYTES && blank_header(self, piece) ? CWA_HEADER_BYTES : 0;
    for (; at + CWA_SECTOR_BYTES <= n; at += CWA_SECTOR_BYTES) {
        blank_sector(self, piece + at);
    }
    memset(piece + at, 0, n - at);
}

static enum yk_status copy_pieces(struct byte_source *bytes, int fd, const char *name,
                                  struct failure *why)
{
    enum { PIECE = 1 << 16 };
    struct blanking blanking = {0};
    unsigned char *piece = mem_alloc(PIECE, 1);
    enum yk_status status =
        piece != NULL ? YK_OK : failure_set(why, YK_ERR_MEMORY, "no memory for a copy");
    size_t got = 1;
    for (uint64_t at = 0; status == YK_OK && got > 0; at += got) {
        status = byte_source_read_at(bytes, at, piece, PIECE, &got, why);
        if (status == YK_OK) {
            blank_piece(&blanking, piece, got, at == 0);
            status = disk_write(fd, piece, got, name, why);
        }
    }
    mem_free(piece);
    return status;
}

static enum yk_status copy_blanked(const char *from, const char *to, struct failure *why)
{
    struct text part;
    struct byte_source *bytes = NULL;
    text_init(&part);
    text_addf(&part, "%s" DISK_PART, to);
    enum yk_status status = text_status(&part, why);
    status = status == YK_OK ? file_source_open(from, &bytes, why) : status;
    int fd = -1;
    if (status == YK_OK) {
        fd = open(text_string(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        status =
            fd >= 0 ? YK_OK : failure_set_errno(why, errno, "making %s", text_string(&part));
    }
    status = status == YK_OK ? copy_pieces(bytes, fd, text_string(&part), why) : status;
    if (fd >= 0) {
        bool is_kept = fsync(fd) == 0;
        is_kept = close(fd) == 0 && is_kept;
        if (!is_kept && status == YK_OK) {
            status = failure_set_errno(why, errno, "writing %s", text_string(&part));
        }
    }
    status = status == YK_OK ? disk_publish(text_string(&part), to, why) : status;
    if (status != YK_OK && fd >= 0) {
        unlink(text_string(&part));
    }
    byte_source_close(bytes);
    text_release(&part);
    return status;
}

/* ---- all others ---- */

static enum yk_status write_samples(const struct export_original_from *from, const char *to,
                                    struct job *job, struct failure *why)
{
    const struct convert_options options = {.zone_name = from->zone,
                                            .as = from->as,
                                            .shift_ns =
                                                (int64_t)from->weeks * 7 * 24 * NS_PER_H};
    struct convert_result result;
    return convert_recording(from->archived, to, &options, &result, job, why);
}

enum yk_status export_original(const struct export_original_from *from,
                               enum export_original *out, struct job *job, struct failure *why)
{
    bool has_samples = from->as->epoch_s == 0;
    bool is_cwa = strcmp(from->as->format, "cwa") == 0 && from->weeks == 0;
    /* The format is known by content; a packed .cwa is no .cwa byte for byte. */
    is_cwa = is_cwa && name_ends_with(from->archived, ".cwa");
    struct text to;
    text_init(&to);
    text_addf(&to, "%s/%s.%s", from->folder, from->id, is_cwa ? "cwa" : "h5");
    enum yk_status status = text_status(&to, why);
    if (status == YK_OK && is_cwa) {
        status = copy_blanked(from->archived, text_string(&to), why);
    } else if (status == YK_OK && has_samples) {
        status = write_samples(from, text_string(&to), job, why);
    }
    if (status == YK_OK) {
        *out = is_cwa        ? EXPORT_ORIGINAL_BLANKED
               : has_samples ? EXPORT_ORIGINAL_SAMPLES
                             : EXPORT_ORIGINAL_EPOCHS;
    }
    text_release(&to);
    return status;
}
