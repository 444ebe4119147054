/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Axivity driver against recorders that go wrong in ways nobody thought of: the input is
 * the text of faults itself, or is read as up to six faults. Whatever it says, the driver ends,
 * and what it reads without a word is what the recorder holds, unless the faults change bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/dock_device.h"
#include "drivers/pretend/faults.h"
#include "drivers/pretend/pretend.h"
#include "firmware-formats/cwa_layout.h"
#include "src/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECTORS = 80, BYTES = CWA_HEADER_BYTES + SECTORS * CWA_SECTOR_BYTES, FAULTS = 6 };

static uint8_t recording[BYTES];

/* Made once; the fuzzer runs in one thread. */
static const char *recording_path(void)
{
    static char path[64];
    if (path[0] != '\0') {
        return path;
    }
    struct cwa_header header;
    cwa_header_init(&header);
    header.device_id = 39434;
    header.session_id = 26;
    header.firmware = 44;
    cwa_header_put(recording, &header);
    for (uint32_t i = 0; i < SECTORS; i++) {
        uint8_t *at = recording + CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES;
        struct cwa_sector sector = {.session_id = 26,
                                    .sequence = i,
                                    .rate_code = 0x4a,
                                    .layout = CWA_PACKED,
                                    .count = CWA_PACKED_MAX};
        (void)cwa_sector_set_time(&sector, 1718579450 + (int64_t)(i * 12 / 10), 0, 0);
        cwa_sector_put(at, &sector);
        cwa_sector_seal(at);
    }
    snprintf(path, sizeof path, "/tmp/yoake-fuzz-faults-%ld.cwa", (long)getpid());
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(recording, 1, BYTES, file) != BYTES || fclose(file) != 0) {
        abort();
    }
    return path;
}

/* Four bytes a fault. Pairs that have no meaning are refused by the language, one by one. */
static void read_faults(const uint8_t *data, size_t size, char *out, size_t room)
{
    static const char *const where[] = {"cdc",     "cdc/id", "cdc/sample", "scsi",   "tur",
                                        "readcap", "read10", "sense",      "maxlun", "transfer",
                                        "bytes",   "sector", "device",     "volume"};
    static const char *const what[] = {
        "stall",     "stallcbw", "stallcsw", "hang",       "hangcsw",    "delay",   "short",
        "lie",       "over",     "proto",    "crc",        "flip",       "tag",     "sig",
        "csw12",     "fail",     "notready", "phase",      "unplug",     "drop",    "split",
        "garble",    "long",     "noise",    "part",       "locked",     "unknown", "blank",
        "id",        "modem",    "fatloop",  "fatfree",    "fatbad",     "fatcut",  "fatzero",
        "fatgone",   "noboot",   "nombr",    "nofile",     "fragmented", "torn",    "noheader",
        "clock2000", "battraw",  "noecc",    "otherheader"};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i + 4 <= size && i < 4 * FAULTS; i += 4) {
        const char *place = where[data[i] % (sizeof where / sizeof *where)];
        const char *word = what[data[i + 1] % (sizeof what / sizeof *what)];
        char one[96], number[16] = "", when[16];
        bool is_state = strcmp(place, "device") == 0 || strcmp(place, "volume") == 0;
        snprintf(when, sizeof when, "%u%s", 1u + data[i + 2] % 100u,
                 data[i + 2] >= 200 ? "+" : "");
        if ((data[i + 3] & 0x80) != 0) {
            snprintf(number, sizeof number, "=%u", (data[i + 3] & 0x7fu) * 37u);
        }
        snprintf(one, sizeof one, "%s%s:%s:%s%s", used > 0 ? "," : "", place,
                 is_state ? "*" : when, word, number);
        struct pretend_faults probe = {.n = 0};
        if (pretend_faults_add(&probe, one + (used > 0), NULL) == YK_OK &&
            used + strlen(one) < room) {
            used += (size_t)snprintf(out + used, room - used, "%s", one);
        }
    }
}

/* Whether the faults change what the recorder holds or gives. */
static bool changes_bytes(const char *faults)
{
    static const char *const words[] = {"flip", "garble", "blank", "volume", "lie"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(faults, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static enum yk_status copy(struct dock_device *device, uint8_t *out, size_t *n)
{
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct byte_source *source = NULL;
    uint64_t beyond = 0;
    struct failure why = {.text = ""};
    enum yk_status status = device->ops->identify(device, &identity, &battery, &health, &why);
    if (status == YK_OK) {
        status = device->ops->open_recording(device, &source, &beyond, &why);
    }
    if (status == YK_OK) {
        *n = source->size < BYTES ? (size_t)source->size : BYTES;
        status = byte_source_read_exactly(source, 0, out, *n, &why);
        byte_source_close(source);
    }
    if (status != YK_OK && why.text[0] == '\0') {
        abort(); /* every end has a sentence */
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char faults[FAULTS * 96];
    struct usb_bus *bus = NULL;
    struct usb_listing *list = NULL;
    size_t n = 0, got = 0;
    static uint8_t copied[BYTES];
    if (size > 0 && data[0] == '#') {
        snprintf(faults, sizeof faults, "%.*s",
                 (int)(size < sizeof faults ? size - 1 : sizeof faults - 1),
                 (const char *)data + 1);
    } else {
        read_faults(data, size, faults, sizeof faults);
    }
    struct pretend_recorder recorder = {
        .file = recording_path(), .faults = faults, .skips_waits = true};
    if (pretend_bus_open(&recorder, 1, &bus, NULL) != YK_OK) {
        return 0;
    }
    if (bus->ops->list(bus, &list, &n, NULL) == YK_OK && n == 1) {
        enum dock_match match = DOCK_MATCH_NO;
        const struct dock_driver *driver = dock_driver_for_usb(list, &match);
        struct dock_slot slot = {.bus = bus, .listing = *list};
        struct dock_device *device = NULL;
        if (match == DOCK_MATCH_YES && driver->open(&slot, NULL, &device, NULL) == YK_OK) {
            if (copy(device, copied, &got) == YK_OK && !changes_bytes(faults) &&
                (got != BYTES || memcmp(copied, recording, BYTES) != 0)) {
                abort(); /* other bytes, and not a word about it */
            }
            dock_device_close(device);
        }
    }
    mem_free(list);
    usb_bus_close(bus);
    return 0;
}
