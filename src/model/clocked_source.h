/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording whose times are put right by two readings of the recorder's clock: any reader of
 * samples, seen through a clock_map. The times as the device had them stay in the info.
 */
#ifndef SRC_MODEL_CLOCKED_SOURCE_H
#define SRC_MODEL_CLOCKED_SOURCE_H

#include "src/model/recording_source.h"

/* map    must be CLOCK_MAP_APPLIED; copied
 * inner  taken on success, and closed with the new one. Only readers of samples: a count file
 *        stands on a grid of its own epochs, which is wider than any drift
 * out    its info says both: start_ns and end_ns corrected, device_start_ns and device_end_ns
 *        as recorded; info.clock is the map
 * errors YK_ERR_MEMORY, YK_ERR_UNSUPPORTED (epochs)
 */
enum yk_status clocked_source_open(struct recording_source *inner, const struct clock_map *map,
                                   struct recording_source **out, struct failure *why);

#endif
