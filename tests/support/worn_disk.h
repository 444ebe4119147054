/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk of which one sector cannot be read.
 */
#ifndef TESTS_SUPPORT_WORN_DISK_H
#define TESTS_SUPPORT_WORN_DISK_H

#include "src/base/byte_source.h"

#define WORN_DISK_SECTOR 512

struct worn_disk {
    struct byte_source base;
    struct byte_source *whole; /* borrowed; closing the disk leaves it open */
    uint64_t sector;           /* the worn one */
};

/* Sector `sector` of whole's bytes fails with YK_ERR_IO, "the sector is worn". */
void worn_disk_init(struct worn_disk *self, struct byte_source *whole, uint64_t sector);

#endif
