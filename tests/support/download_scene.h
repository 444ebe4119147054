/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small recording in a fake recorder, and the two folders it is to be read into. Included by
 * the test programs of the download.
 */
#ifndef TESTS_SUPPORT_DOWNLOAD_SCENE_H
#define TESTS_SUPPORT_DOWNLOAD_SCENE_H

#include "tests/support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/dock/download.h"
#include "tests/support/cwa_build.h"
#include "tests/support/fake_recorder.h"

#define SCENE_PIECE 16384

struct download_scene {
    char root[1000], parts[1100], archive[1100];
    struct cwa_build build;
    struct fake_recorder recorder;
    struct download_plan plan;
    struct download_result result;
    struct failure why;
    char sha256[DIGEST_HEX];
};

static inline void scene_recorder(struct download_scene *self)
{
    fake_recorder_init(&self->recorder, self->build.at, self->build.n);
    self->plan = (struct download_plan){.device = &self->recorder.device,
                                        .identity = &self->recorder.identity,
                                        .health = &self->recorder.health,
                                        .parts = self->parts,
                                        .archive = self->archive,
                                        .piece_bytes = SCENE_PIECE};
    digest_of_memory(self->build.at, self->build.n, self->sha256);
    self->why = (struct failure){.text = ""};
    self->result = (struct download_result){.bytes = 0};
}

static inline void scene_folders(struct download_scene *self)
{
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0) {
        setenv("TMPDIR", "/dev/shm", 1);
    }
    snprintf(self->root, sizeof self->root, "%s", check_scratch("download"));
    snprintf(self->parts, sizeof self->parts, "%s/dock", self->root);
    snprintf(self->archive, sizeof self->archive, "%s/archive", self->root);
    assert_int_equal(disk_make_folder(self->parts, NULL), YK_OK);
    assert_int_equal(disk_make_folder(self->archive, NULL), YK_OK);
}

/* n data sectors behind the header. */
static inline void scene_make(struct download_scene *self, uint32_t n)
{
    scene_folders(self);
    cwa_build_init(&self->build, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&self->build, n);
    scene_recorder(self);
}

static inline void scene_remove(struct download_scene *self)
{
    cwa_build_release(&self->build);
    check_remove(self->root);
}

static inline enum yk_status scene_run(struct download_scene *self)
{
    return download_run(&self->plan, &self->result, NULL, &self->why);
}

static inline int scene_count_files(const char *folder, const char *tail)
{
    int n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        size_t length = strlen(entry->d_name), m = strlen(tail);
        n += entry->d_name[0] != '.' && length >= m &&
             strcmp(entry->d_name + length - m, tail) == 0;
    }
    closedir(dir);
    return n;
}

/* The archive holds the recording, once, byte for byte, and nothing else. */
static inline void scene_assert_archived(const struct download_scene *self)
{
    char path[1300];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s.cwa", self->archive, self->sha256);
    char *at = check_read_file(path, &n);
    assert_non_null(at);
    assert_int_equal(n, self->build.n);
    assert_memory_equal(at, self->build.at, n);
    free(at);
    assert_int_equal(scene_count_files(self->archive, ""), 1);
    assert_int_equal(scene_count_files(self->parts, ".part"), 0);
}

#endif
