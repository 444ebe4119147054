/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a file on a volume is, for drivers that read volumes: the formats are asked.
 */
#ifndef SRC_DOCK_KNOWN_FILE_H
#define SRC_DOCK_KNOWN_FILE_H

#include "drivers/dock_device.h"

/* A dock_file_reader: any recording that one file holds. */
bool known_file_read(const char *path, struct dock_file *out);

#endif
