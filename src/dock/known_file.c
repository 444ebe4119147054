/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table that a description beside it explains is no recorder's file: the archive keeps one
 * file, and would lose the description.
 */
#include "src/dock/known_file.h"

#include <stdio.h>

#include "src/pipeline/import.h"

bool known_file_read(const char *path, struct dock_file *out)
{
    struct recording_info info;
    if (import_look(path, &info, NULL, NULL) != YK_OK || info.is_described) {
        return false;
    }
    snprintf(out->format, sizeof out->format, "%s", info.format);
    snprintf(out->model, sizeof out->model, "%.15s", info.device_model);
    snprintf(out->serial, sizeof out->serial, "%s", info.device_serial);
    snprintf(out->firmware, sizeof out->firmware, "%.15s", info.firmware);
    out->first_ns = info.start_ns;
    out->last_ns = info.end_ns;
    return true;
}
