/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside src/h5 only: what its files share. HDF5's types stay behind this header.
 */
#ifndef SRC_H5_H5_INTERNAL_H
#define SRC_H5_H5_INTERNAL_H

#include <hdf5.h>

#include "src/h5/h5_driver.h"
#include "src/h5/h5_file.h"

/* What hundreds of small columns have in common: making it anew for each took longer than the
 * columns. 0: none. */
struct h5_kept {
    hid_t whole, compact; /* how a column lies in the file */
    hid_t text, scalar;   /* type and shape of a text attribute */
    hid_t space;          /* shape of the last column */
    size_t space_n;
    hid_t group; /* of the last column */
    char *group_path;
};

struct h5_file {
    hid_t id;
    hid_t access; /* keeps the driver: H5Fclose() calls it after letting go of it itself */
    struct h5_io io;
    char *path;
    bool is_new;
    struct h5_kept kept; /* while writing */
};

/* HDF5's type for a kind, in memory or in the file, and giving it back. */
hid_t h5_kind_type(enum h5_kind kind, size_t text_bytes, bool in_memory);
void h5_kind_close(enum h5_kind kind, hid_t type);
/* Whether a stored type can be read as this kind; a text must leave room for its zero. */
bool h5_is_of_kind(hid_t type, enum h5_kind kind, size_t text_bytes);
/* Type of a text attribute; the caller closes it. */
hid_t h5_attribute_text_type(void);
/* Closes an id unless it is negative, as ids are that could not be had. */
void h5_close_id(hid_t id, herr_t (*how)(hid_t));
/* "<file>: <what> <name> failed", or the operating system's own reason where there is one. */
enum yk_status h5_failure(const struct h5_file *self, struct failure *why, const char *what,
                          const char *name);
/* Refuses n rows of a dataset that its bytes cannot hold.
 * errors: YK_ERR_CORRUPT, or why the file could not be read */
enum yk_status h5_check_room(const struct h5_file *self, hid_t set, const char *path, size_t n,
                             struct failure *why);
/* Puts a text attribute on an open object. */
enum yk_status h5_put_text_of(const struct h5_file *self, hid_t object, const char *name,
                              const char *value, struct failure *why);

#endif
