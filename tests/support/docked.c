/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/pipeline/import.h"
#include "tests/support/cwa_build.h"
#include "tests/support/docked.h"

static void make(struct recorded *self, const char *folder, const char *name, uint8_t layout,
                 uint32_t sectors, uint32_t device_id, uint32_t session)
{
    struct cwa_build build;
    struct cwa_header header;
    bool is_ax6 = layout == CWA_6_AXES;
    cwa_build_init(&build, layout, 0x4a, is_ax6 ? 4 : 0, is_ax6 ? 2 : 0);
    assert_true(cwa_header_get(build.at, &header));
    header.hardware = is_ax6 ? CWA_HARDWARE_AX6 : CWA_HARDWARE_AX3;
    header.device_id = device_id;
    header.session_id = session;
    header.firmware = is_ax6 ? 56 : 44;
    header.sensor_config = is_ax6 ? 2 : 0;
    header.start = 0;
    header.last_change = cwa_time_put(civil_time_of_utc_ns(CWA_BUILD_START * NS_PER_S));
    cwa_header_put(build.at, &header);
    build.next.session_id = session;
    build.has_fraction = true;
    cwa_build_sectors(&build, sectors);
    self->n = build.n;
    self->at = malloc(build.n);
    assert_non_null(self->at);
    memcpy(self->at, build.at, build.n);
    cwa_build_release(&build);
    snprintf(self->path, sizeof self->path, "%s/%s", folder, name);
    check_write_file(self->path, self->at, self->n);
}

void recorded_make(struct recorded *self, const char *folder, const char *name,
                   uint32_t sectors, uint32_t device_id, uint32_t session)
{
    make(self, folder, name, CWA_PACKED, sectors, device_id, session);
}

void recorded_make_ax6(struct recorded *self, const char *folder, const char *name,
                       uint32_t sectors, uint32_t device_id, uint32_t session)
{
    make(self, folder, name, CWA_6_AXES, sectors, device_id, session);
}

void recorded_release(struct recorded *self)
{
    free(self->at);
    *self = (struct recorded){0};
}

void recorded_forge(const struct recorded *self, size_t sector, char path[static 2100])
{
    uint8_t *copy = malloc(self->n);
    assert_non_null(copy);
    memcpy(copy, self->at, self->n);
    uint8_t *at = copy + CWA_HEADER_BYTES + sector * CWA_SECTOR_BYTES;
    at[100] ^= 1; /* two words change by one, up and down, and none carries here */
    at[102] = (uint8_t)(at[102] - (at[100] % 2 != 0 ? 1 : -1));
    struct cwa_sector fields;
    assert_int_equal(cwa_sector_check(at, &fields), CWA_GOOD);
    snprintf(path, 2100, "%s.forged.cwa", self->path);
    check_write_file(path, copy, self->n);
    free(copy);
}

enum yk_status docked_try(struct usb_bus *bus, const char *serial, struct job *job,
                          struct dock_device **out, struct failure *why)
{
    struct usb_listing *list = NULL;
    size_t n = 0;
    enum yk_status status = bus->ops->list(bus, &list, &n, why);
    if (status != YK_OK) {
        return status;
    }
    status = failure_set(why, YK_ERR_NO_DEVICE, "no recorder is on the bus");
    for (size_t i = 0; i < n; i++) {
        enum dock_match match = DOCK_MATCH_NO;
        const struct dock_driver *driver = dock_driver_for_usb(&list[i], &match);
        if (match != DOCK_MATCH_YES ||
            (serial != NULL && strcmp(serial, list[i].serial) != 0)) {
            continue;
        }
        struct dock_slot slot = {.bus = bus, .listing = list[i]};
        status = driver->open(&slot, job, out, why);
        break;
    }
    mem_free(list);
    return status;
}

struct dock_device *docked_open(struct usb_bus *bus)
{
    struct failure why = {0};
    struct dock_device *device = NULL;
    if (docked_try(bus, NULL, NULL, &device, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return device;
}

struct usb_bus *docked_bus(const struct pretend_recorder *recorder)
{
    struct failure why = {0};
    struct usb_bus *bus = NULL;
    if (pretend_bus_open(recorder, 1, &bus, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return bus;
}

uint8_t *docked_read(struct dock_device *device, size_t *n, uint64_t *found_beyond,
                     struct failure *why)
{
    struct byte_source *source = NULL;
    uint64_t beyond = 0;
    if (device->ops->open_recording(device, &source, &beyond, why) != YK_OK) {
        return NULL;
    }
    uint8_t *all = malloc((size_t)source->size + 1);
    assert_non_null(all);
    size_t done = 0;
    while (done < source->size) {
        size_t want =
            (size_t)source->size - done < 262144 ? (size_t)source->size - done : 262144;
        if (byte_source_read_exactly(source, done, all + done, want, why) != YK_OK) {
            free(all);
            byte_source_close(source);
            return NULL;
        }
        done += want;
    }
    *n = done;
    if (found_beyond != NULL) {
        *found_beyond = beyond;
    }
    byte_source_close(source);
    return all;
}

struct one_of_many {
    pthread_t thread;
    struct usb_bus *bus;
    const struct recorded *recording;
    char serial[32], problem[320];
};

static void *read_one(void *user)
{
    struct one_of_many *self = user;
    struct failure why = {0};
    struct dock_device *device = NULL;
    size_t n = 0;
    uint8_t *all = NULL;
    if (docked_try(self->bus, self->serial, NULL, &device, &why) == YK_OK) {
        all = docked_read(device, &n, NULL, &why);
    }
    if (all == NULL || n != self->recording->n || memcmp(all, self->recording->at, n) != 0) {
        snprintf(self->problem, sizeof self->problem, "%s: %s", self->serial,
                 why.text[0] != '\0' ? why.text : "not the same bytes");
    }
    free(all);
    dock_device_close(device);
    return NULL;
}

void docked_read_at_once(struct usb_bus *bus, const struct recorded *recordings, uint32_t n,
                         uint32_t first)
{
    struct one_of_many *many = calloc(n, sizeof *many);
    assert_non_null(many);
    for (uint32_t i = 0; i < n; i++) {
        many[i].bus = bus;
        many[i].recording = &recordings[i];
        snprintf(many[i].serial, sizeof many[i].serial, "CWA17_%05u", first + i);
        assert_int_equal(pthread_create(&many[i].thread, NULL, read_one, &many[i]), 0);
    }
    for (uint32_t i = 0; i < n; i++) {
        pthread_join(many[i].thread, NULL);
        assert_string_equal(many[i].problem, "");
    }
    free(many);
}

struct dock_identity docked_identify(struct dock_device *device, struct dock_battery *battery,
                                     struct dock_health *health)
{
    struct dock_identity identity;
    struct dock_battery b;
    struct dock_health h;
    struct failure why = {0};
    if (device->ops->identify(device, &identity, &b, &h, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    if (battery != NULL) {
        *battery = b;
    }
    if (health != NULL) {
        *health = h;
    }
    return identity;
}

struct download_result docked_import(struct store *store, struct dock_device *device,
                                     const char *person, struct dock_identity *identity)
{
    struct text parts, archive;
    struct dock_health health;
    struct download_result read;
    struct parameters parameters;
    struct import_result imported;
    struct failure why = {.text = ""};
    text_init(&parts);
    text_init(&archive);
    *identity = docked_identify(device, NULL, &health);
    assert_int_equal(store_path(store, STORE_DOCK, NULL, &parts, &why), YK_OK);
    assert_int_equal(store_path(store, STORE_ARCHIVE, NULL, &archive, &why), YK_OK);
    assert_int_equal(disk_make_folder(text_string(&parts), &why), YK_OK);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    const struct download_plan plan = {.device = device,
                                       .identity = identity,
                                       .health = &health,
                                       .parts = text_string(&parts),
                                       .archive = text_string(&archive)};
    const struct import_options options = {
        .person = person, .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    if (download_run(&plan, &read, NULL, &why) != YK_OK ||
        import_archived(store, &read.archived, &options, &imported, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    text_release(&parts);
    text_release(&archive);
    return read;
}
