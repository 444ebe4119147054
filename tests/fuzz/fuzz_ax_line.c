/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes from a recorder's serial port, in pieces of any size (the first byte says of
 * which), to lines, and every line to everything that takes replies apart.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/axivity_reply.h"
#include "drivers/line_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const char *line)
{
    struct axivity_id id;
    struct axivity_battery battery;
    struct civil_time time;
    enum axivity_when when;
    uint32_t numbers[4];
    const char *value = strchr(line, '=');
    (void)axivity_parse_id(line, &id);
    (void)axivity_log_text(line);
    (void)axivity_id_of_serial(line);
    (void)axivity_parse_numbers(line, 10, numbers, 4);
    (void)axivity_parse_numbers(line, 16, numbers, 4);
    if (axivity_parse_battery(line, &battery) && battery.percent > 100) {
        abort();
    }
    value = value != NULL ? value + 1 : line;
    (void)axivity_parse_when(value, &when, &time);
    if (axivity_parse_time(value, &time)) {
        char text[40];
        if (!civil_is_valid(time.date) || time.second_of_day < 0 ||
            time.second_of_day >= 86400 || time.ns < 0 || time.ns >= 1000000000) {
            abort();
        }
        axivity_format_time(time, text);
        if (time.date.year >= 1000 && strlen(text) != 19) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct line_reader lines;
    size_t piece = size > 0 && data[0] > 0 ? data[0] : 1;
    line_reader_clear(&lines);
    for (size_t at = 0; at < size;) {
        size_t room = 0;
        uint8_t *to = line_reader_room(&lines, &room);
        size_t n = size - at < piece ? size - at : piece;
        n = n < room ? n : room;
        if (n == 0) {
            abort(); /* always room once the lines are taken */
        }
        memcpy(to, data + at, n);
        line_reader_put(&lines, n);
        at += n;
        const char *line;
        bool was_cut = false;
        while ((line = line_reader_next(&lines, &was_cut)) != NULL) {
            if (strlen(line) >= LINE_MAX_BYTES || strchr(line, '\n') != NULL) {
                abort();
            }
            parse(line);
        }
    }
    return 0;
}
