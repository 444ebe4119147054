/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated recording on the disk, with FILE.truth.json beside it. Nothing carries its final
 * name before it is whole and synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/names.h"
#include "src/simulate/simulate.h"

struct open_file {
    int fd;
    const char *name;
};

static enum yk_status write_bytes(void *user, const void *at, size_t n, struct failure *why)
{
    const struct open_file *file = user;
    return disk_write(file->fd, at, n, file->name, why);
}

void simulate_truth_path(const char *path, struct text *out)
{
    text_clear(out);
    text_add_n(out, path, strlen(path) - (name_ends_with(path, ".cwa") ? 4 : 0));
    text_add(out, ".truth.json");
}

static enum yk_status open_part(const char *path, struct text *part, struct open_file *file,
                                struct failure *why)
{
    text_clear(part);
    text_addf(part, "%s" DISK_PART, path);
    enum yk_status status = text_status(part, why);
    if (status != YK_OK) {
        return status;
    }
    file->name = text_string(part);
    file->fd = open(file->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return file->fd >= 0 ? YK_OK : failure_set_errno(why, errno, "%s cannot be written", path);
}

/* Syncs, closes, and gives the file its name; removes it when anything went wrong. */
static enum yk_status close_part(struct open_file *file, const char *path,
                                 enum yk_status so_far, struct failure *why)
{
    if (so_far == YK_OK && fsync(file->fd) != 0) {
        so_far = failure_set_errno(why, errno, "%s is not safe on the disk", path);
    }
    if (close(file->fd) != 0 && so_far == YK_OK) {
        so_far = failure_set_errno(why, errno, "%s could not be closed", path);
    }
    if (so_far == YK_OK) {
        return disk_publish(file->name, path, why);
    }
    (void)unlink(file->name);
    return so_far;
}

static enum yk_status write_truth(const struct truth *truth, const struct zone *zone,
                                  const char *path, struct failure *why)
{
    struct text json, part;
    text_init(&json);
    text_init(&part);
    struct open_file file = {.fd = -1};
    truth_to_json(truth, zone, &json);
    enum yk_status status = text_status(&json, why);
    if (status == YK_OK) {
        status = open_part(path, &part, &file, why);
    }
    if (status == YK_OK) {
        status = disk_write(file.fd, text_string(&json), json.length, file.name, why);
        status = close_part(&file, path, status, why);
    }
    text_release(&json);
    text_release(&part);
    return status;
}

static enum yk_status refuse_existing(const char *path, struct failure *why)
{
    if (access(path, F_OK) != 0) {
        return YK_OK;
    }
    return failure_set(why, YK_ERR_CONFLICT,
                       "%s is there already; name another file, or say --force", path);
}

enum yk_status simulate_file(const struct simulation *self, const char *path, bool overwrite,
                             struct truth *out, struct job *job, struct failure *why)
{
    struct text part, truth_path;
    text_init(&part);
    text_init(&truth_path);
    struct open_file file = {.fd = -1};
    simulate_truth_path(path, &truth_path);
    enum yk_status status = text_status(&truth_path, why);
    if (status == YK_OK && !overwrite) {
        status = refuse_existing(path, why);
        if (status == YK_OK) {
            status = refuse_existing(text_string(&truth_path), why);
        }
    }
    if (status == YK_OK) {
        status = open_part(path, &part, &file, why);
    }
    if (status == YK_OK) {
        struct recorder_sink sink = {write_bytes, &file};
        status = simulate(self, sink, out, job, why);
        if (status == YK_OK) { /* the truth first: no recording without it */
            status = write_truth(out, self->zone, text_string(&truth_path), why);
        }
        status = close_part(&file, path, status, why);
    }
    text_release(&part);
    text_release(&truth_path);
    return status;
}
