/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parmay Matrix recordings: the published files give the published values, corrupt packets are
 * left out and told, and what other readers paper over is a gap.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/crc32.h"
#include "firmware-formats/matrix_layout.h"
#include "src/base/bytes.h"
#include "tests/support/cwa_open.h"
#include "tests/support/kept_blocks.h"

static struct recording_source *open_bytes(const uint8_t *at, size_t n)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("UTC");
    struct open_options opt = {.zone = zone, .with_gyro = true};
    return open_memory(at, n, "t.BIN", &opt);
}

struct published_packet {
    size_t offset, bytes;
    bool is_good;
    int64_t start_s, end_s;
    uint32_t acc, gyro, temp, heart;
};

struct published {
    const char *file;
    uint32_t declared;
    size_t n_packets;
    struct published_packet packet[4];
    double rate_hz, first_g[3], last_g[3], mean_g[3];
};

static const struct published PUBLISHED[] = {
    {"data/matrix/mtx_12.5Hz_acc.BIN",
     2,
     2,
     {{524, 72036, true, 1737751311, 1737752295, 12000, 0, 0, 0},
      {72560, 1668, true, 1737752295, 1737752318, 272, 0, 0, 0}},
     12.5,
     {-0.037842, 0.261727, -0.930908},
     {-0.154541, -0.041992, -0.976562},
     {-0.053442, 0.507573, -0.336000}},
    {"data/matrix/mtx_12.5Hz_acc_gyro.BIN",
     1,
     1,
     {{524, 28468, true, 1737755713, 1737755827, 1460, 1460, 2, 2726}},
     12.5,
     {0.618671, 0.470229, -0.591064},
     {0.000488, 0.793970, -0.559570},
     {0.170887, 0.599247, 0.003497}},
    {"data/matrix/mtx_corrupted.bin",
     4,
     4,
     {{524, 36910, false, 1737755054, 1737755114, 6144, 0, 2, 1},
      {37434, 72044, true, 1737755114, 1737755231, 12000, 0, 2, 0},
      {109478, 72040, true, 1737755231, 1737755348, 12000, 0, 1, 0},
      {181518, 61052, true, 1737755348, 1737755448, 10168, 0, 2, 0}},
     100,
     {-0.062744, 0.440443, -0.858887},
     {0.000732, -0.453613, -0.863525},
     {0.133391, 0.222088, -0.882980}},
};

static void check_layout(const struct published *p, const uint8_t *at, size_t size)
{
    struct matrix_header header;
    static struct crc32_tables tables;
    crc32_init(&tables);
    assert_true(size > MATRIX_HEADER_BYTES && matrix_header_get(at, &header));
    assert_int_equal(header.packets, p->declared);
    assert_int_equal(header.acc_range_g, 8);
    assert_int_equal(header.gyro_range_dps, 2000);
    for (size_t k = 0; k < p->n_packets; k++) {
        const struct published_packet *e = &p->packet[k];
        struct matrix_packet packet;
        assert_true(matrix_packet_get(at + e->offset, &packet));
        assert_int_equal(packet.start_s, e->start_s);
        assert_int_equal(packet.end_s, e->end_s);
        assert_int_equal(packet.acc, e->acc);
        assert_int_equal(packet.gyro, e->gyro);
        assert_int_equal(packet.temp, e->temp);
        assert_int_equal(packet.heart, e->heart);
        assert_int_equal(packet.bytes, e->bytes + (e->is_good ? 0 : 2));
        uint32_t crc = crc32_add(&tables, 0, at + e->offset + 12, (size_t)packet.bytes - 12);
        assert_int_equal(crc == packet.crc, e->is_good);
    }
}

static void published_files_give_their_published_values(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof PUBLISHED / sizeof *PUBLISHED; f++) {
        const struct published *p = &PUBLISHED[f];
        SHARED_OR_SKIP(path, p->file);
        size_t size = 0;
        uint8_t *at = (uint8_t *)check_read_file(path, &size);
        assert_non_null(at);
        check_layout(p, at, size);
        struct recording_source *source = open_bytes(at, size);
        struct kept_blocks all;
        assert_string_equal(source->info.format, "matrix");
        assert_close(source->info.rate_hz, p->rate_hz, 0);
        assert_close(source->info.range_g, 8, 0);
        kept_blocks_read(&all, source);
        uint64_t good = 0, samples = 0;
        int64_t first_s = -1, last_s = -1;
        for (size_t k = 0; k < p->n_packets; k++) {
            if (p->packet[k].is_good) {
                good++;
                samples += p->packet[k].acc;
                last_s = p->packet[k].end_s;
                first_s = first_s < 0 ? p->packet[k].start_s : first_s;
            }
        }
        assert_int_equal(source->report.blocks, good);
        assert_int_equal(source->report.bad_blocks, p->n_packets - good);
        assert_int_equal(source->report.n_samples, samples);
        assert_int_equal(source->info.start_ns, first_s * NS_PER_S);
        assert_int_equal(source->info.end_ns, last_s * NS_PER_S);
        assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
        for (int a = 0; a < 3; a++) {
            assert_close(source->report.first_sample_g[a], p->first_g[a], 5.1e-7);
            assert_close(source->report.last_sample_g[a], p->last_g[a], 5.1e-7);
            assert_close(source->report.sum_g[a] / (double)samples, p->mean_g[a], 5.1e-7);
        }
        kept_blocks_check_cursors(&all, source, 10);
        recording_source_close(source);
        kept_blocks_release(&all);
        free(at);
    }
}

/* GGIRread puts (0, 0, 1) where the corrupt packet was and calls it recorded. */
static void a_corrupt_packet_is_left_out_and_told(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/matrix/mtx_corrupted.bin");
    struct kept_blocks all;
    struct zone *zone = open_zone("UTC");
    struct recording_source *source = open_file(path, zone, false);
    kept_blocks_read(&all, source);
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "wrong checksum"));
    assert_int_equal(source->report.skipped_bytes, 36910);
    assert_close(source->report.temperature_c.first, 28.2, 1e-12);
    for (size_t i = 0; i < all.n_samples; i++) {
        bool is_invented = !(fabsf(all.sample[0][i]) > 0) && !(fabsf(all.sample[1][i]) > 0) &&
                           fabsf(all.sample[2][i] - 1) < 1e-6f;
        assert_false(is_invented);
    }
    recording_source_close(source);
    kept_blocks_release(&all);
    zone_close(zone);
}

static void gyroscope_temperature_and_heart_rate_are_where_they_should_be(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/matrix/mtx_12.5Hz_acc_gyro.BIN");
    size_t size = 0;
    uint8_t *at = (uint8_t *)check_read_file(path, &size);
    struct recording_source *source = open_bytes(at, size);
    struct sample_block block;
    assert_close(source->info.gyro_range_dps, 2000, 0);
    assert_string_equal(source->info.sensor_axes, "6");
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_OK);
    assert_int_equal(block.n, 1460);
    const double first[3] = {2.807703, -0.976562, 2.380444}, last[3] = {1.159703, -1.647949, 0};
    for (int a = 0; a < 3; a++) {
        assert_close((double)block.gyro_dps[a][0], first[a], 5.1e-7);
        assert_close((double)block.gyro_dps[a][1459], last[a], 5.1e-7);
    }
    struct matrix_packet packet;
    assert_true(matrix_packet_get(at + 524, &packet));
    assert_close(matrix_body_c(at + 524 + packet.temp_at), 27.1, 1e-12);
    assert_int_equal(get_i16le(at + 524 + packet.heart_at), 8191);
    assert_int_equal(get_i16le(at + 524 + packet.heart_at + 2), 0);
    assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_END);
    assert_int_equal(source->report.n_events, 1);
    assert_string_equal(source->report.events[0].detail, "2726 heart-rate records: not used");
    sample_block_release(&block);
    recording_source_close(source);
    free(at);
}

/* ---- made files ---- */

struct made {
    uint8_t at[65536];
    size_t n;
};

static void begin_file(struct made *self, uint32_t packets)
{
    memset(self, 0, sizeof *self);
    memcpy(self->at + 512, "MDTC", 4);
    put_u32le(self->at + 516, packets);
    put_u16le(self->at + 520, 8);
    put_u16le(self->at + 522, 2000);
    self->n = MATRIX_HEADER_BYTES;
}

static void add_packet(struct made *self, uint32_t start_s, uint32_t end_s, uint32_t acc,
                       uint32_t gyro)
{
    static struct crc32_tables tables;
    uint8_t *p = self->at + self->n;
    size_t size = MATRIX_PACKET_HEADER + 6 * (size_t)(acc + gyro);
    assert_true(self->n + size <= sizeof self->at);
    memcpy(p, MATRIX_MAGIC, MATRIX_MAGIC_BYTES);
    put_u32le(p + 12, start_s);
    put_u32le(p + 16, end_s);
    put_u32le(p + 20, acc);
    put_u32le(p + 24, gyro);
    for (size_t i = MATRIX_PACKET_HEADER; i + 2 <= size; i += 2) {
        put_u16le(p + i, (uint16_t)(i * 37 + start_s));
    }
    crc32_init(&tables);
    put_u32le(p + 8, crc32_add(&tables, 0, p + 12, size - 12));
    self->n += size;
}

/* GGIRread stretches the later packet over what is missing. */
static void time_between_packets_is_a_gap(void **state)
{
    (void)state;
    static struct made made;
    struct kept_blocks all;
    const uint32_t t = 1737751311;
    begin_file(&made, 4);
    add_packet(&made, t, t + 20, 1000, 0);
    add_packet(&made, t + 30, t + 50, 1000, 0);
    add_packet(&made, t + 50, t + 50, 5, 0); /* ends when it begins */
    add_packet(&made, t + 20, t + 40, 1000, 0);
    struct recording_source *source = open_bytes(made.at, made.n);
    kept_blocks_read(&all, source);
    assert_close(source->info.rate_hz, 50, 0);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 10, 1e-9);
    assert_int_equal(source->report.clock_jumps, 1);
    assert_int_equal(all.block[1].t0_ns, (t + 30) * NS_PER_S);
    assert_true(events_of(source, READ_EVENT_NOTE, "packet ends when it begins"));
    kept_blocks_check_cursors(&all, source, 10);
    recording_source_close(source);
    kept_blocks_release(&all);
}

static void a_file_without_its_header_is_salvaged(void **state)
{
    (void)state;
    static struct made made;
    struct kept_blocks all;
    begin_file(&made, 3);
    add_packet(&made, 1737751311, 1737751331, 250, 0);
    add_packet(&made, 1737751331, 1737751351, 250, 250);
    struct recording_source *source = open_bytes(made.at + 300, made.n - 300);
    kept_blocks_read(&all, source);
    assert_int_equal(all.n_samples, 500);
    assert_true(events_of(source, READ_EVENT_NOTE, "no header: range of 8 g assumed"));
    recording_source_close(source);
    kept_blocks_release(&all);

    /* Three are declared, two and a half are there. */
    add_packet(&made, 1737751351, 1737751371, 250, 0);
    source = open_bytes(made.at, made.n - 700);
    kept_blocks_read(&all, source);
    assert_int_equal(all.n_samples, 500);
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "the file ends inside a packet"));
    recording_source_close(source);
    kept_blocks_release(&all);
    source = open_bytes(made.at, made.n - 36 - 1500);
    kept_blocks_read(&all, source);
    assert_true(events_of(source, READ_EVENT_NOTE, "3 packets declared, 2 in the file"));
    recording_source_close(source);
    kept_blocks_release(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_files_give_their_published_values),
        cmocka_unit_test(a_corrupt_packet_is_left_out_and_told),
        cmocka_unit_test(gyroscope_temperature_and_heart_rate_are_where_they_should_be),
        cmocka_unit_test(time_between_packets_is_a_gap),
        cmocka_unit_test(a_file_without_its_header_is_salvaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
