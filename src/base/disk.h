/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What makes a written file last: a name that appears only when the content is complete and on
 * the disk. Write to "<name>.part", then publish it.
 */
#ifndef SRC_BASE_DISK_H
#define SRC_BASE_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/status.h"
#include "src/base/text.h"

#define DISK_PART ".part"

/* folder/name into *out (cleared first). */
enum yk_status disk_join(const char *folder, const char *name, struct text *out,
                         struct failure *why);
/* Makes a folder for this user alone (mode 0700 without group and others); parents must exist.
 * One that is already there is fine. The new name is on the disk when this returns. */
enum yk_status disk_make_folder(const char *path, struct failure *why);
/* The same with every folder above it. */
enum yk_status disk_make_folders(const char *path, struct failure *why);
bool disk_is_folder(const char *path);
bool disk_is_file(const char *path);
/* Whether the folder has a file of this name. */
bool disk_holds(const char *folder, const char *name);
/* Whether both names are there and mean the same file or folder. */
bool disk_is_same(const char *a, const char *b);
/* Whether another disk or folder is mounted at this folder: it can be neither renamed nor
 * replaced. false where the system does not tell (Linux before 5.8). */
bool disk_is_mount(const char *path);
/* Whether nothing at all is in the folder; false when it cannot be looked into. */
bool disk_is_empty_folder(const char *path);
/* Asks the disk to keep the folder's list of names. */
enum yk_status disk_sync_folder(const char *path, struct failure *why);
/* The same for the folder that holds path. */
enum yk_status disk_sync_parent(const char *path, struct failure *why);
/* fsync of a file by name. */
enum yk_status disk_sync_file(const char *path, struct failure *why);
/* Gives the finished and synced file `part` its name `path`, replacing what was there, and
 * waits until the name is on the disk. When the name cannot be given, part is removed and path
 * is as before; when only the folder cannot be synced, the new name is there but may not
 * survive a power cut. */
enum yk_status disk_publish(const char *part, const char *path, struct failure *why);
/* The same, but never replaces: YK_ERR_CONFLICT, part removed, when path is there already. */
enum yk_status disk_publish_new(const char *part, const char *path, struct failure *why);
/* A whole file: path.part, written, synced and published. replaces: what is there under its
 * name; else YK_ERR_CONFLICT. When it fails path is as it was, and no part stays. */
enum yk_status disk_write_file(const char *path, const struct text *content, bool replaces,
                               struct failure *why);
/* Removes a file; one that is not there is fine. */
enum yk_status disk_remove(const char *path, struct failure *why);
/* Removes a folder and the files in it, as far as that goes: what holds other folders stays. */
void disk_remove_folder(const char *path);
/* Writes all n bytes at the file's position, whatever the kernel takes at once. name is for the
 * sentence. */
enum yk_status disk_write(int fd, const void *at, size_t n, const char *name,
                          struct failure *why);

#endif
