/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A virtual file driver for HDF5 (H5FDpublic.h, "Virtual File Layer"): plain pread and pwrite.
 *
 * HDF5's own driver would do, but when the disk is full its H5Fclose() fails half-way, keeps
 * the file open, and tries again at exit. Here a refused write is remembered and hidden from
 * HDF5, so that every file can be closed; the caller then reports the operating system's own
 * reason and removes the file. Left out: locking (one writer, and readers see finished files
 * only).
 */
#include "src/h5/h5_driver.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"

#define SIEVE_BYTES 4096

struct driver_file {
    H5FD_t base; /* first: HDF5 sees only this */
    struct h5_io *io;
    haddr_t eoa, eof;
};

struct driver_info { /* what the access list carries */
    struct h5_io *io;
};

static struct driver_file *driver_of(H5FD_t *file)
{
    return (struct driver_file *)(void *)file;
}

static const struct driver_file *driver_of_const(const H5FD_t *file)
{
    return (const struct driver_file *)(const void *)file;
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t max)
{
    (void)name;
    (void)max;
    const struct driver_info *info = H5Pget_driver_info(access);
    struct stat s = {.st_size = 0};
    if (info == NULL || (info->io->bytes == NULL && fstat(info->io->fd, &s) != 0)) {
        return NULL;
    }
    struct driver_file *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        info->io->read_errno = ENOMEM;
        return NULL;
    }
    self->io = info->io;
    self->eof = (flags & H5F_ACC_TRUNC) != 0 ? 0
                : info->io->bytes != NULL    ? (haddr_t)info->io->bytes->size
                                             : (haddr_t)s.st_size;
    return &self->base;
}

static herr_t driver_close(H5FD_t *file)
{
    mem_free(driver_of(file)); /* the descriptor belongs to whoever opened it */
    return 0;
}

static herr_t driver_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
             H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
             H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return driver_of_const(file)->eoa;
}

static herr_t driver_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t addr)
{
    (void)type;
    driver_of(file)->eoa = addr;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return driver_of_const(file)->eof;
}

static herr_t read_source(struct h5_io *io, haddr_t addr, size_t size, unsigned char *to)
{
    size_t got = 0;
    if (byte_source_read_at(io->bytes, addr, to, size, &got, &io->source_why) != YK_OK) {
        io->read_errno = EIO; /* nobody asks for the number: the source has a sentence */
        return -1;
    }
    memset(to + got, 0, size - got); /* past the end: HDF5 expects zeros */
    return 0;
}

static herr_t driver_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t addr,
                          size_t size, void *buffer)
{
    (void)type;
    (void)transfer;
    struct driver_file *self = driver_of(file);
    unsigned char *to = buffer;
    if (self->io->bytes != NULL) {
        return read_source(self->io, addr, size, to);
    }
    while (size > 0) {
        ssize_t got = pread(self->io->fd, to, size, (off_t)addr);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            self->io->read_errno = errno;
            return -1;
        }
        if (got == 0) { /* past the end: HDF5 expects zeros */
            memset(to, 0, size);
            return 0;
        }
        to += got;
        addr += (haddr_t)got;
        size -= (size_t)got;
    }
    return 0;
}

static herr_t driver_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t addr,
                           size_t size, const void *buffer)
{
    (void)type;
    (void)transfer;
    struct driver_file *self = driver_of(file);
    const unsigned char *from = buffer;
    while (size > 0 && self->io->write_errno == 0) {
        ssize_t put = pwrite(self->io->fd, from, size, (off_t)addr);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            self->io->write_errno = put < 0 ? errno : EIO;
            break;
        }
        from += put;
        addr += (haddr_t)put;
        size -= (size_t)put;
    }
    if (addr + size > self->eof) {
        self->eof = addr + size;
    }
    return 0;
}

static herr_t driver_truncate(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    struct driver_file *self = driver_of(file);
    if (self->eoa != self->eof) {
        if (self->io->write_errno == 0 && ftruncate(self->io->fd, (off_t)self->eoa) != 0) {
            self->io->write_errno = errno;
        }
        self->eof = self->eoa;
    }
    return 0;
}

static const H5FD_class_t driver_class = {
    .name = "yoake",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct driver_info),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .get_eoa = driver_get_eoa,
    .set_eoa = driver_set_eoa,
    .get_eof = driver_get_eof,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t h5_driver_access(struct h5_io *io)
{
    hid_t driver = H5FDregister(&driver_class);
    if (driver < 0) {
        return -1;
    }
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    struct driver_info info = {io};
    /* The sieve buffer is zeroed anew for a column, and columns are read and written whole. */
    if (access < 0 || H5Pset_driver(access, driver, &info) < 0 ||
        H5Pset_sieve_buf_size(access, SIEVE_BYTES) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0) {
        if (access >= 0) {
            H5Pclose(access);
        }
        access = -1;
    }
    H5FDunregister(driver); /* the list keeps its own hold on it */
    return access;
}
