/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Axivity AX3 and AX6 recordings (.cwa): recognising them, opening them, and what they say
 * about themselves. Byte layout, time model, damage and differences from other readers:
 * docs/formats/cwa.md.
 *
 *     0     "MD" header, 1024 bytes: settings at the time of the last commit
 *     1024  "AX" sector, 512 bytes: 30 of fields, 480 of samples, checksum; and so on
 *
 * The header may be missing, rewritten after the recording or of another session: rate, range,
 * axes, session and id are taken from the sectors wherever these say something.
 *
 * Left out: the magnetometer of nine-axis sectors (defined, never produced by released
 * firmware) and the separate gyroscope stream of a prototype ("GY", counted as skipped).
 */
#include "firmware-formats/cwa_reader.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/cwa_annotation.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define BUFFER ((size_t)256 << 10)
#define SEARCH_BYTES ((uint64_t)1 << 20) /* for the first sector of a file without header */
#define PROBE_SECTORS 16
#define ID_SECTORS 64 /* looked at to tell a device id from a fraction */

static const struct recording_source_ops CWA_OPS = {
    .next_samples = cwa_next_samples,
    .rewind = cwa_rewind,
    .open_at = cwa_open_at,
    .next_device_block = cwa_next_device_block,
    .close = cwa_close,
};

/* ---- recognising ---- */

static int probe(struct byte_source *bytes)
{
    uint8_t at[CWA_SECTOR_BYTES];
    struct cwa_sector sector;
    for (uint64_t i = 0; i < PROBE_SECTORS; i++) {
        size_t got = 0;
        if (byte_source_read_at(bytes, i * sizeof at, at, sizeof at, &got, NULL) != YK_OK ||
            got < 4) {
            return 0;
        }
        if (i == 0 && memcmp(at, "MD\xFC\x03", 4) == 0) {
            return 100;
        }
        if (got < sizeof at) {
            return 0;
        }
        if (cwa_sector_check(at, &sector) == CWA_GOOD) {
            /* Ancient sectors have no checksum: less certain. */
            return sector.rate_code == 0 ? 50 : i == 0 ? 90 : 80;
        }
    }
    return 0;
}

/* ---- opening ---- */

static enum yk_status find_start(struct cwa_reader *self, struct failure *why)
{
    uint8_t at[CWA_HEADER_BYTES];
    size_t got = 0;
    struct cwa_facts *facts = &self->facts;
    enum yk_status status = byte_source_read_at(self->bytes, 0, at, sizeof at, &got, why);
    if (status != YK_OK) {
        return status;
    }
    if (got < sizeof at && got >= 2 && memcmp(at, "MD", 2) == 0) {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)got,
                              "%s ends inside its header, after %zu of %d bytes",
                              self->bytes->name, got, CWA_HEADER_BYTES);
    }
    facts->has_header = got == sizeof at && cwa_header_get(at, &facts->header);
    facts->data_end = self->bytes->size;
    if (facts->has_header) {
        facts->data_start = CWA_HEADER_BYTES;
        return YK_OK;
    }
    uint64_t end = facts->data_end < SEARCH_BYTES ? facts->data_end : SEARCH_BYTES;
    for (uint64_t pos = 0; pos + CWA_SECTOR_BYTES <= end; pos += CWA_SECTOR_BYTES) {
        struct cwa_sector sector;
        status = byte_source_read_at(self->bytes, pos, at, CWA_SECTOR_BYTES, &got, why);
        if (status != YK_OK) {
            return status;
        }
        if (got == CWA_SECTOR_BYTES && cwa_sector_check(at, &sector) == CWA_GOOD) {
            facts->data_start = pos;
            return YK_OK;
        }
    }
    return failure_set_at(why, YK_ERR_CORRUPT, 0,
                          "%s: neither the header nor any sector of an Axivity recording",
                          self->bytes->name);
}

/* Position of the last good sector, and the sector; false when there is none. */
static bool find_last(struct cwa_reader *self, uint8_t *buffer, size_t room,
                      struct cwa_sector *sector)
{
    struct cwa_facts *facts = &self->facts;
    facts->last_good = UINT64_MAX;
    uint64_t sectors = (facts->data_end - facts->data_start) / CWA_SECTOR_BYTES;
    while (sectors > 0) {
        uint64_t n = sectors < room / CWA_SECTOR_BYTES ? sectors : room / CWA_SECTOR_BYTES;
        uint64_t pos = facts->data_start + (sectors - n) * CWA_SECTOR_BYTES;
        if (byte_source_read_exactly(self->bytes, pos, buffer, (size_t)n * CWA_SECTOR_BYTES,
                                     NULL) != YK_OK) {
            return false;
        }
        for (uint64_t i = n; i-- > 0;) {
            if (cwa_sector_check(buffer + i * CWA_SECTOR_BYTES, sector) == CWA_GOOD) {
                facts->last_good = pos + i * CWA_SECTOR_BYTES;
                return true;
            }
        }
        sectors -= n;
    }
    return false;
}

/* Reads on to the first good sector of the wanted session that has a time. */
static enum yk_status find_first(struct cwa_reader *self, struct cwa_sector *sector,
                                 uint64_t *pos, struct failure *why)
{
    struct cwa_found found;
    int number = -1;
    uint32_t session = 0;
    int64_t seconds;
    for (;;) {
        if (!cwa_stream_is_ready(&self->stream)) {
            enum yk_status status = cwa_stream_fill(&self->stream, why);
            if (status != YK_OK) {
                return status;
            }
        }
        if (!cwa_stream_next(&self->stream, &found)) {
            break;
        }
        if (found.fault != CWA_GOOD) {
            continue;
        }
        number += number < 0 || session != found.sector.session_id;
        session = found.sector.session_id;
        if ((self->facts.session < 0 || number == self->facts.session) &&
            cwa_time_seconds(found.sector.time, &seconds)) {
            *sector = found.sector;
            *pos = found.pos;
            return YK_OK;
        }
    }
    if (self->facts.session > 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s has %d %s; there is no session %d",
                           self->bytes->name, number + 1,
                           text_many((uint64_t)number + 1, "session", "sessions"),
                           self->facts.session);
    }
    return YK_END;
}

/* Bit 15 of field 4 says "fraction of a second", but a device id >= 32768 on firmware that
 * stores no fraction looks the same: then the field never changes. */
static bool is_id_not_fraction(const struct cwa_reader *self, uint64_t pos, uint16_t field)
{
    uint32_t id = self->facts.header.device_id & 0xFFFF;
    bool is_known = self->facts.has_header;
    if ((field & 0x8000) == 0 || (is_known && field != id)) {
        return false;
    }
    uint32_t same = 0;
    for (uint32_t i = 0; i < ID_SECTORS; i++) {
        uint8_t at[CWA_SECTOR_BYTES];
        struct cwa_sector sector;
        if (byte_source_read_exactly(self->bytes, pos + (uint64_t)i * sizeof at, at, sizeof at,
                                     NULL) != YK_OK) {
            break;
        }
        if (cwa_sector_check(at, &sector) == CWA_GOOD) {
            if (sector.fraction_or_id != field) {
                return false;
            }
            same++;
        }
    }
    return is_known || same >= ID_SECTORS / 2;
}

/* ---- what the file says about itself ---- */

static int64_t wall_ns_of(const struct cwa_sector *sector)
{
    int64_t seconds = 0;
    cwa_time_seconds(sector->time, &seconds);
    return seconds * NS_PER_S;
}

/* The device's clock knows no zone and no daylight saving: it is turned into UTC once, and from
 * then on it simply runs. */
static void set_zone(struct cwa_reader *self, const struct open_options *opt, int64_t wall_ns)
{
    struct recording_info *info = &self->base.info;
    int16_t minutes =
        self->facts.has_header ? self->facts.header.zone_min : (int16_t)CWA_ZONE_UNKNOWN;
    bool has_offset = minutes != CWA_ZONE_UNKNOWN && minutes >= -14 * 60 && minutes <= 14 * 60;
    self->facts.wall_minus_utc_ns =
        wall_clock_set(&self->clock, opt, wall_ns, has_offset, minutes * 60, info);
}

static int64_t planned_ns(const struct cwa_reader *self, uint32_t packed)
{
    int64_t seconds;
    return cwa_time_seconds(packed, &seconds)
               ? seconds * NS_PER_S - self->facts.wall_minus_utc_ns
               : TIME_UNKNOWN;
}

static void tell_header(struct cwa_reader *self)
{
    const struct cwa_header *header = &self->facts.header;
    struct recording_info *info = &self->base.info;
    snprintf(info->device_serial, sizeof info->device_serial, "%" PRIu32, header->device_id);
    snprintf(info->firmware, sizeof info->firmware, "%u", header->firmware);
    snprintf(info->session_id, sizeof info->session_id, "%" PRIu32, header->session_id);
    cwa_annotation_get(header->annotation, "_sc", info->person_id, sizeof info->person_id);
    cwa_annotation_get(header->annotation, "_p", info->body_site, sizeof info->body_site);
    info->configured_start_ns = planned_ns(self, header->start);
    info->configured_stop_ns = planned_ns(self, header->stop);
    info->rate_hz = (header->rate_code & 0x0F) != 0 ? cwa_rate_hz(header->rate_code) : NAN;
    info->range_g = cwa_range_g(header->rate_code);
    int gyro =
        header->hardware == CWA_HARDWARE_AX6 ? cwa_config_gyro_dps(header->sensor_config) : 0;
    info->gyro_range_dps = gyro > 0 ? (double)gyro : NAN;
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "%d", gyro > 0 ? 6 : 3);
}

static void tell_sector(struct cwa_reader *self, const struct cwa_sector *sector, uint64_t pos)
{
    struct recording_info *info = &self->base.info;
    struct cwa_slot slot = cwa_slot_of(&self->facts, pos, sector);
    int axes = cwa_layout_axes(sector->layout);
    info->rate_hz = cwa_slot_rate_hz(&slot);
    info->range_g = cwa_range_g(sector->rate_code);
    snprintf(info->session_id, sizeof info->session_id, "%" PRIu32, sector->session_id);
    snprintf(info->sensor_axes, sizeof info->sensor_axes, "%d", axes);
    uint32_t bits = cwa_gyro_scale_bits(sector->light_word);
    info->gyro_range_dps = axes >= 6 && bits > 0 ? (double)(8000u >> bits) : NAN;
    bool has_id = (sector->fraction_or_id & 0x8000) == 0 || self->facts.fraction_is_id;
    if (!self->facts.has_header && has_id && sector->fraction_or_id != 0) {
        snprintf(info->device_serial, sizeof info->device_serial, "%u", sector->fraction_or_id);
    }
    bool is_ax6 = axes >= 6 || (axes == 3 && sector->layout != CWA_PACKED &&
                                cwa_acc_scale_bits(sector->light_word) > 0);
    if (!self->facts.has_header) {
        snprintf(info->device_model, sizeof info->device_model, "%s", is_ax6 ? "AX6" : "AX3");
    }
}

static void tell_model(struct cwa_reader *self)
{
    uint8_t hardware = self->facts.header.hardware;
    bool is_ax3 =
        hardware == CWA_HARDWARE_AX3_OLD || hardware == CWA_HARDWARE_AX3 || hardware == 0xFF;
    struct recording_info *info = &self->base.info;
    if (hardware == CWA_HARDWARE_AX6 || is_ax3) {
        snprintf(info->device_model, sizeof info->device_model, "%s", is_ax3 ? "AX3" : "AX6");
    } else {
        snprintf(info->device_model, sizeof info->device_model, "AX (hardware %02X)", hardware);
    }
}

/* End and number of samples as the first and last sector let one expect them. */
static void estimate_end(struct cwa_reader *self, const struct cwa_sector *last, uint64_t first)
{
    struct recording_info *info = &self->base.info;
    struct cwa_slot slot = cwa_slot_of(&self->facts, self->facts.last_good, last);
    if (!slot.has_time || self->facts.last_good < first ||
        (self->facts.session >= 0 && self->facts.session_id != last->session_id)) {
        return;
    }
    info->end_ns = slot.knot_ns + (int64_t)((double)(slot.count - slot.anchor) * NS_PER_S /
                                            cwa_slot_rate_hz(&slot));
    info->n_samples =
        (int64_t)((self->facts.last_good - first) / CWA_SECTOR_BYTES + 1) * slot.count;
}

static enum yk_status look_inside(struct cwa_reader *self, const struct open_options *opt,
                                  struct failure *why)
{
    struct cwa_sector first = {0}, last = {0};
    uint64_t pos = 0;
    struct recording_info *info = &self->base.info;
    bool has_last =
        find_last(self, self->stream.window.buffer, self->stream.window.capacity, &last);
    self->stream.window.filled = 0; /* its buffer was borrowed */
    enum yk_status status = has_last ? find_first(self, &first, &pos, why) : YK_END;
    if (status != YK_OK && status != YK_END) {
        return status;
    }
    bool has_data = status == YK_OK;
    int64_t wall_ns = has_data ? wall_ns_of(&first) : 0;
    if (has_data && wall_ns < CWA_DOUBTFUL_BEFORE_NS && wall_ns_of(&last) > wall_ns) {
        wall_ns = wall_ns_of(&last); /* the clock was set later: that is the wall's clock */
    }
    int64_t changed = 0;
    if (!has_data && self->facts.has_header &&
        cwa_time_seconds(self->facts.header.last_change, &changed)) {
        wall_ns = changed * NS_PER_S;
    }
    set_zone(self, opt, wall_ns);
    if (self->facts.has_header) {
        tell_header(self);
        tell_model(self);
    }
    if (!has_data) {
        info->n_samples = 0;
        return YK_OK;
    }
    self->facts.session_id = first.session_id;
    self->facts.fraction_is_id = is_id_not_fraction(self, pos, first.fraction_or_id);
    info->clock_is_in_doubt = wall_ns_of(&first) < CWA_DOUBTFUL_BEFORE_NS;
    tell_sector(self, &first, pos);
    estimate_end(self, &last, pos);
    return YK_OK;
}

static enum yk_status start_reading(struct cwa_reader *self, struct failure *why)
{
    struct cwa_plan plan;
    cwa_rewind(&self->base, NULL);
    enum yk_status status = cwa_plan_next(self, SAMPLE_BLOCK_CAPACITY, &plan, why);
    if (status == YK_OK) {
        self->base.info.start_ns = plan.t0_ns;
    }
    return status == YK_END ? YK_OK : status;
}

static enum yk_status open_cwa(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    struct cwa_reader *self = mem_alloc(1, sizeof *self);
    size_t places = (size_t)(bytes->size / CWA_STRIDE) + 1;
    struct cwa_place *place = self != NULL ? mem_alloc(places, sizeof *place) : NULL;
    if (place == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", bytes->name);
    }
    self->base.ops = &CWA_OPS;
    self->bytes = bytes;
    self->place = place;
    self->places_capacity = places;
    self->facts.with_gyro = opt->with_gyro;
    self->facts.session = opt->session;
    recording_info_init(&self->base.info);
    read_report_init(&self->base.report);
    snprintf(self->base.info.format, sizeof self->base.info.format, "cwa");
    enum yk_status status = find_start(self, why);
    if (status == YK_OK) {
        /* Small files need no large buffer; two sectors is the least the stream can work with.
         */
        size_t room = bytes->size < BUFFER ? (size_t)bytes->size + CWA_HEADER_BYTES : BUFFER;
        status = cwa_stream_init(&self->stream, bytes, self->facts.data_start,
                                 self->facts.data_end, room, why);
    }
    if (status == YK_OK) {
        status = look_inside(self, opt, why);
    }
    if (status == YK_OK) {
        status = start_reading(self, why);
    }
    if (status != YK_OK) {
        cwa_close(&self->base);
        return status;
    }
    self->owns_bytes = true;
    *out = &self->base;
    return YK_OK;
}

static const char *const suffixes[] = {"cwa", NULL};

const struct format format_cwa = {
    .id = "cwa",
    .name = "Axivity AX3/AX6 (.cwa)",
    .maker = "Axivity",
    .suffix = suffixes,
    .probe = probe,
    .open = open_cwa,
};
