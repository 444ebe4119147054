/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Folders, syncing and publishing of files. rename() within a folder is atomic (POSIX); that
 * the new name survives a power cut needs an fsync of the folder as well (fsync(2), NOTES).
 */
#include "src/base/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum yk_status disk_join(const char *folder, const char *name, struct text *out,
                         struct failure *why)
{
    text_clear(out);
    text_add(out, folder);
    size_t n = strlen(folder);
    if (n > 0 && folder[n - 1] != '/') {
        text_add_char(out, '/');
    }
    text_add(out, name);
    return text_status(out, why);
}

bool disk_is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

bool disk_is_file(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

bool disk_holds(const char *folder, const char *name)
{
    struct text path;
    text_init(&path);
    bool has =
        disk_join(folder, name, &path, NULL) == YK_OK && disk_is_file(text_string(&path));
    text_release(&path);
    return has;
}

bool disk_is_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool disk_is_mount(const char *path)
{
    struct statx s;
    return statx(AT_FDCWD, path, 0, STATX_TYPE, &s) == 0 &&
           (s.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

bool disk_is_empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    bool is_empty = dir != NULL;
    for (struct dirent *entry; is_empty && (entry = readdir(dir)) != NULL;) {
        is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return is_empty;
}

static enum yk_status sync_path(const char *path, int flags, struct failure *why)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        return failure_set_errno(why, errno, "opening %s", path);
    }
    /* Some file systems cannot sync a folder and say EINVAL; there is nothing more to be had.
     */
    int result = fsync(fd);
    int reason = errno;
    close(fd);
    if (result != 0 && reason != EINVAL) {
        return failure_set_errno(why, reason, "asking the disk to keep %s", path);
    }
    return YK_OK;
}

enum yk_status disk_sync_folder(const char *path, struct failure *why)
{
    return sync_path(path, O_RDONLY | O_DIRECTORY, why);
}

enum yk_status disk_sync_file(const char *path, struct failure *why)
{
    return sync_path(path, O_RDONLY, why);
}

enum yk_status disk_sync_parent(const char *path, struct failure *why)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return disk_sync_folder(".", why);
    }
    /* Needs no memory: after a rename it must not fail for want of any. */
    char folder[PATH_MAX];
    size_t n = slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof folder) {
        return failure_set_errno(why, ENAMETOOLONG, "opening the folder of %s", path);
    }
    memcpy(folder, path, n);
    folder[n] = '\0';
    return disk_sync_folder(folder, why);
}

enum yk_status disk_make_folder(const char *path, struct failure *why)
{
    if (mkdir(path, 0700) != 0) {
        int reason = errno;
        if (reason == EEXIST && disk_is_folder(path)) {
            return YK_OK;
        }
        return reason == EEXIST
                   ? failure_set(why, YK_ERR_ARGUMENT,
                                 "%s is a file, not a folder: name another place, or move the "
                                 "file away",
                                 path)
                   : failure_set_errno(why, reason, "making the folder %s", path);
    }
    return disk_sync_parent(path, why);
}

enum yk_status disk_make_folders(const char *path, struct failure *why)
{
    char above[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof above) {
        return failure_set_errno(why, n == 0 ? ENOENT : ENAMETOOLONG, "making the folder %s",
                                 path);
    }
    memcpy(above, path, n + 1);
    enum yk_status status = YK_OK;
    for (char *slash = strchr(above + 1, '/'); slash != NULL && status == YK_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!disk_is_folder(above)) {
            status = disk_make_folder(above, why);
        }
        *slash = '/';
    }
    return status == YK_OK ? disk_make_folder(path, why) : status;
}

enum yk_status disk_publish(const char *part, const char *path, struct failure *why)
{
    if (rename(part, path) != 0) {
        int reason = errno;
        unlink(part);
        return failure_set_errno(why, reason, "naming the finished file %s", path);
    }
    return disk_sync_parent(path, why);
}

enum yk_status disk_publish_new(const char *part, const char *path, struct failure *why)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
        int reason = errno;
        /* A file system that cannot promise it (FAT, some network ones): look first, then name.
         * Two programs doing so in the same instant could both succeed there. */
        if ((reason == EINVAL || reason == ENOSYS) && access(path, F_OK) != 0) {
            return disk_publish(part, path, why);
        }
        unlink(part);
        if (reason == EEXIST || reason == EINVAL || reason == ENOSYS) {
            return failure_set(why, YK_ERR_CONFLICT, "%s is there already", path);
        }
        return failure_set_errno(why, reason, "naming the finished file %s", path);
    }
    return disk_sync_parent(path, why);
}

enum yk_status disk_remove(const char *path, struct failure *why)
{
    if (unlink(path) != 0 && errno != ENOENT) {
        return failure_set_errno(why, errno, "removing %s", path);
    }
    return YK_OK;
}

void disk_remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir != NULL) {
        closedir(dir);
        rmdir(path);
    }
}

enum yk_status disk_write(int fd, const void *at, size_t n, const char *name,
                          struct failure *why)
{
    const char *from = at;
    while (n > 0) {
        ssize_t put = write(fd, from, n);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return failure_set_errno(why, put < 0 ? errno : EIO, "writing %s", name);
        }
        from += put;
        n -= (size_t)put;
    }
    return YK_OK;
}

enum yk_status disk_write_file(const char *path, const struct text *content, bool replaces,
                               struct failure *why)
{
    struct text part;
    text_init(&part);
    text_addf(&part, "%s%s", path, DISK_PART);
    enum yk_status status = text_status(content, why);
    status = status == YK_OK ? text_status(&part, why) : status;
    if (status != YK_OK) {
        goto done;
    }
    const char *name = text_string(&part);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        status = failure_set_errno(why, errno, "making %s", name);
        goto done;
    }
    status = disk_write(fd, text_string(content), content->length, name, why);
    if (status == YK_OK && fsync(fd) != 0) {
        status = failure_set_errno(why, errno, "asking the disk to keep %s", name);
    }
    if (close(fd) != 0 && status == YK_OK) {
        status = failure_set_errno(why, errno, "closing %s", name);
    }
    if (status == YK_OK) {
        status = replaces ? disk_publish(name, path, why) : disk_publish_new(name, path, why);
    } else {
        disk_remove(name, NULL);
    }
done:
    text_release(&part);
    return status;
}
