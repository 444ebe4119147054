/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recorder that says yes to everything, and a disk whose header says something else: whatever
 * differs is found and named.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "drivers/axivity.h"
#include "src/base/bytes.h"
#include "src/base/zone.h"
#include "tests/support/cwa_open.h"
#include "tests/support/fake_port.h"

#define N_BLOCKS 400

static struct fake_port port;
static struct fake_bus bus;
static uint8_t disk[N_BLOCKS * 512];
static struct zone *tokyo;
static char sent[4096];

/* A FAT12 volume: boot sector, one table, root, then the file in blocks 3, 4, ... */
static void make_disk(const struct cwa_header *header, uint32_t size)
{
    memset(disk, 0, sizeof disk);
    disk[0] = 0xEB;
    put_u16le(disk + 11, 512);
    disk[13] = 1;
    put_u16le(disk + 14, 1);
    disk[16] = 1;
    put_u16le(disk + 17, 16);
    put_u16le(disk + 19, N_BLOCKS);
    put_u16le(disk + 22, 1);
    put_u16le(disk + 510, 0xAA55);
    /* Clusters 2 -> 3 -> end. */
    memcpy(disk + 512, "\xF8\xFF\xFF\x03\xF0\xFF", 6);
    memcpy(disk + 1024, "CWA-DATACWA\x20", 12);
    put_u16le(disk + 1024 + 26, 2);
    put_u32le(disk + 1024 + 28, size);
    cwa_header_put(disk + 3 * 512, header);
}

/* Takes every setting, and shows times as the firmware does. */
static void answer(struct fake_port *self, const char *line)
{
    char reply[160], name[32] = "", value[100] = "";
    strncat(sent, line, sizeof sent - strlen(sent) - 2);
    strncat(sent, ";", sizeof sent - strlen(sent) - 1);
    size_t n = strcspn(line, " =");
    snprintf(name, sizeof name, "%.*s", (int)n, line);
    snprintf(value, sizeof value, "%s", line[n] != '\0' ? line + n + 1 : "");
    static char kept[40][2][100];
    if (strcmp(name, "ID") == 0) {
        fake_port_say(self, "ID=CWA,17,44,39434,26");
        return;
    }
    if (strcmp(name, "SAMPLE") == 0) {
        int64_t ns = usb_port_utc_ns(&self->base);
        struct civil_time t = zone_civil(tokyo, ns);
        int s = t.second_of_day;
        snprintf(reply, sizeof reply, "$TIME=%04d/%02d/%02d,%02d:%02d:%02d.%03d",
                 (int)t.date.year, (int)t.date.month, (int)t.date.day, s / 3600, s / 60 % 60,
                 s % 60, (int)(t.ns / 1000000));
        fake_port_say(self, reply);
        return;
    }
    if (strcmp(name, "FORMAT") == 0 || strcmp(name, "COMMIT") == 0) {
        fake_port_say(self, "COMMIT: Delayed activation.");
        fake_port_say(self, "COMMIT");
        return;
    }
    for (size_t i = 0; i < 40; i++) {
        if (kept[i][0][0] == '\0') {
            snprintf(kept[i][0], sizeof kept[i][0], "%s", name);
        }
        if (strcmp(kept[i][0], name) != 0) {
            continue;
        }
        if (value[0] != '\0') {
            snprintf(kept[i][1], sizeof kept[i][1], "%s", value);
        }
        snprintf(value, sizeof value, "%s", kept[i][1]);
        break;
    }
    if (value[4] == '-' && value[7] == '-') {
        value[4] = value[7] = '/';
        value[10] = ',';
    }
    snprintf(reply, sizeof reply, "%s%s=%s%s", strcmp(name, "TIME") == 0 ? "$" : "", name,
             value, strcmp(name, "RATE") == 0 ? ",100" : "");
    fake_port_say(self, reply);
}

static struct dock_setup a_setup(void)
{
    struct dock_setup setup = {.session = 4711,
                               .annotation = "_sc=P0042",
                               .start_ns = INT64_C(1718579400) * NS_PER_S,
                               .stop_ns = INT64_C(1719184200) * NS_PER_S,
                               .zone = tokyo,
                               .rate_hz = 100,
                               .range_g = 8,
                               .erase = true};
    return setup;
}

/* The header that a_setup() must lead to. */
static struct cwa_header a_header(void)
{
    struct cwa_header h;
    cwa_header_init(&h);
    h.hardware = 0;
    h.device_id = 39434;
    h.session_id = 4711;
    h.start = cwa_time_put(zone_civil(tokyo, a_setup().start_ns));
    h.stop = cwa_time_put(zone_civil(tokyo, a_setup().stop_ns));
    h.rate_code = 0x4A;
    memcpy(h.annotation, "_sc=P0042", 9);
    return h;
}

static int group_setup(void **state)
{
    (void)state;
    tokyo = open_zone("Asia/Tokyo");
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    zone_close(tokyo);
    return 0;
}

static enum yk_status configure(const struct cwa_header *header, uint32_t size,
                                const struct dock_setup *setup, struct failure *why)
{
    struct dock_device *device = NULL;
    fake_port_init(&port, 2);
    port.on_line = answer;
    make_disk(header, size);
    port.disk = disk;
    port.n_blocks = N_BLOCKS;
    port.last_block = N_BLOCKS - 1;
    sent[0] = '\0';
    fake_bus_init(&bus, &port);
    struct dock_slot slot = {.bus = &bus.base, .listing = port.base.listing};
    enum yk_status status = driver_axivity.open(&slot, NULL, &device, why);
    if (status == YK_OK) {
        status = device->ops->configure(device, setup, NULL, why);
    }
    dock_device_close(device);
    assert_true(port.is_closed);
    fake_port_release(&port);
    return status;
}

static void a_header_that_is_as_it_was_set_is_accepted(void **state)
{
    (void)state;
    struct failure why = {.text = ""};
    struct dock_setup setup = a_setup();
    struct cwa_header h = a_header();
    if (configure(&h, 1024, &setup, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    /* The order matters: settings first, the clock before the commit, the commit last. */
    static const char *const order[] = {"ECHO 0;",
                                        "ID;",
                                        "SESSION 4711;",
                                        "ANNOTATE00=_sc=P0042                       ;",
                                        "ANNOTATE13=                                ;",
                                        "MAXSAMPLES 0;",
                                        "RATE 74;",
                                        "DEBUG 0;",
                                        "HIBERNATE 2024-06-17 08:10:00;",
                                        "STOP 2024-06-24 08:10:00;",
                                        "SAMPLE 4;",
                                        "TIME 20",
                                        "FORMAT QC;",
                                        "SESSION;",
                                        "ANNOTATE13;",
                                        "STOP;"};
    const char *at = sent;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        at = strstr(at, order[i]);
        if (at == NULL) {
            fail_msg("\"%s\" not sent, or not there: %s", order[i], sent);
        }
    }
    setup.erase = false;
    assert_int_equal(configure(&h, 51200, &setup, &why), YK_OK);
    assert_non_null(strstr(sent, ";COMMIT;"));
    assert_null(strstr(sent, "FORMAT"));
}

static void every_field_of_the_header_that_differs_is_named(void **state)
{
    (void)state;
    static const char *const names[] = {"device number", "session", "start",
                                        "stop",          "samples", "rate and range",
                                        "gyroscope",     "note",    "size of the file"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct failure why = {.text = ""};
        struct dock_setup setup = a_setup();
        struct cwa_header h = a_header();
        h.device_id += i == 0;
        h.session_id += i == 1;
        h.start += i == 2;
        h.stop = i == 3 ? CWA_TIME_NEVER : h.stop;
        h.max_samples = i == 4;
        h.rate_code = i == 5 ? 0x0A : h.rate_code;
        h.sensor_config = i == 6 ? 3 : h.sensor_config;
        h.annotation[447] = i == 7 ? 'x' : h.annotation[447];
        uint32_t size = i == 8 ? 2048 : 1024;
        assert_int_equal(configure(&h, size, &setup, &why), YK_ERR_CONFLICT);
        if (strstr(why.text, names[i]) == NULL) {
            fail_msg("%s: %s", names[i], why.text);
        }
    }
}

static void a_disk_without_the_new_file_is_no_success(void **state)
{
    (void)state;
    struct failure why = {.text = ""};
    struct dock_setup setup = a_setup();
    struct cwa_header h = a_header();
    assert_int_equal(configure(&h, 0, &setup, &why), YK_ERR_TOO_LITTLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_that_is_as_it_was_set_is_accepted),
        cmocka_unit_test(every_field_of_the_header_that_differs_is_named),
        cmocka_unit_test(a_disk_without_the_new_file_is_no_success),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
