/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples as a table: time with offset and milliseconds, g with six decimals, deg/s with four.
 */
#include "src/pipeline/samples_out.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define FLUSH_BYTES ((size_t)64 << 10)

struct samples_csv {
    struct samples_out base;
    const struct zone *zone;
    struct text text;
    char *path;
    int fd;
    bool has_gyro;
    int64_t second;             /* `shown` is this one: civil time changes once a second */
    char shown[40], offset[16]; /* "2024-06-17T08:31:20" and "+09:00" */
};

static void close_csv(struct samples_csv *self)
{
    if (self->fd >= 0) {
        close(self->fd);
    }
    text_release(&self->text);
    mem_free(self->path);
    mem_free(self);
}

static void abandon(struct samples_out *base)
{
    struct samples_csv *self = (struct samples_csv *)base;
    disk_remove(self->path, NULL);
    close_csv(self);
}

static enum yk_status flush(struct samples_csv *self, struct failure *why)
{
    enum yk_status status = text_status(&self->text, why);
    if (status == YK_OK) {
        status =
            disk_write(self->fd, text_string(&self->text), self->text.length, self->path, why);
    }
    text_clear(&self->text);
    return status;
}

static enum yk_status finish(struct samples_out *base, struct failure *why)
{
    struct samples_csv *self = (struct samples_csv *)base;
    enum yk_status status = flush(self, why);
    if (status == YK_OK && fsync(self->fd) != 0) {
        status = failure_set_errno(why, errno, "writing %s to the disk", self->path);
    }
    if (status != YK_OK) {
        abandon(base);
        return status;
    }
    close_csv(self);
    return YK_OK;
}

static void add_time(struct samples_csv *self, int64_t ns)
{
    int64_t ms = floor_div(ns, 1000000), second = floor_div(ms, 1000);
    if (second != self->second) {
        char iso[40];
        zone_format_iso(self->zone, second * NS_PER_S, 0, iso);
        size_t n = strlen(iso) < 19 ? strlen(iso) : 19; /* "2024-06-17T08:31:20" */
        memcpy(self->shown, iso, n);
        self->shown[n] = '\0';
        snprintf(self->offset, sizeof self->offset, "%.*s", (int)sizeof self->offset - 1,
                 iso + n);
        self->second = second;
    }
    int part = (int)floor_mod(ms, 1000);
    const char digits[5] = {'.', (char)('0' + part / 100), (char)('0' + part / 10 % 10),
                            (char)('0' + part % 10), '\0'};
    text_add(&self->text, self->shown);
    text_add_n(&self->text, digits, 4);
    text_add(&self->text, self->offset);
}

static enum yk_status add(struct samples_out *base, const struct samples_piece *piece,
                          struct failure *why)
{
    struct samples_csv *self = (struct samples_csv *)base;
    struct text *text = &self->text;
    for (uint32_t i = 0; i < piece->n; i++) {
        add_time(self, piece->time_ns[i]);
        for (int a = 0; a < 3; a++) {
            text_add_char(text, ',');
            text_add_double(text, (double)piece->acc_g[a][i], 6);
        }
        for (int a = 0; a < 3 && self->has_gyro; a++) {
            text_add_char(text, ',');
            text_add_double(text, (double)piece->gyro_dps[a][i], 4);
        }
        text_add_char(text, ',');
        text_add_double(text, (double)piece->temperature_c, 2);
        text_add_char(text, ',');
        text_add_double(text, (double)piece->light, 0);
        text_add_char(text, '\n');
    }
    return text->length >= FLUSH_BYTES ? flush(self, why) : text_status(text, why);
}

static const struct samples_out_ops CSV_OPS = {add, finish, abandon};

enum yk_status samples_csv_open(const char *path, const struct samples_setup *setup,
                                struct samples_out **out, struct failure *why)
{
    struct samples_csv *self = mem_alloc(1, sizeof *self);
    char *copy = self != NULL ? mem_copy_text(path) : NULL;
    if (copy == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory to write %s", path);
    }
    self->base.ops = &CSV_OPS;
    self->zone = setup->zone;
    self->path = copy;
    self->has_gyro = setup->has_gyro;
    self->second = INT64_MIN;
    text_init(&self->text);
    self->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (self->fd < 0) {
        enum yk_status status = failure_set_errno(why, errno, "making %s", path);
        close_csv(self);
        return status;
    }
    text_add(&self->text, setup->has_gyro ? "time,x,y,z,gx,gy,gz,temperature_c,light\n"
                                          : "time,x,y,z,temperature_c,light\n");
    *out = &self->base;
    return YK_OK;
}
