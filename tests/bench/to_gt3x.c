/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The samples of a .cwa as a .gt3x, second by second, for measuring one format against the
 * other: stored, as ActiLife writes it.
 *
 *   usage: to_gt3x IN.cwa OUT.gt3x
 */
#include "tests/support/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "src/base/bytes.h"
#include "tests/support/cwa_open.h"
#include "tests/support/gt3x_build.h"

struct out {
    FILE *file;
    uint32_t crc, n;
};

static void write_bytes(struct out *out, const void *at, size_t n)
{
    assert_int_equal(fwrite(at, 1, n, out->file), n);
    out->crc = (uint32_t)crc32(out->crc, at, (uInt)n);
    out->n += (uint32_t)n;
}

/* Local (30 bytes) or central (46 bytes) header of log.bin, the first member. */
static void put_header(uint8_t *to, const struct out *out, bool is_central)
{
    static const char name[] = "log.bin";
    size_t at = is_central ? 10 : 8;
    memset(to, 0, 64);
    put_u32le(to, is_central ? 0x02014b50 : 0x04034b50);
    put_u16le(to + (is_central ? 6 : 4), 20);
    put_u32le(to + at + 6, out->crc);
    put_u32le(to + at + 10, out->n);
    put_u32le(to + at + 14, out->n);
    put_u16le(to + at + 18, sizeof name - 1);
    memcpy(to + (is_central ? 46 : 30), name, sizeof name - 1);
}

static void finish(struct out *out)
{
    uint8_t header[64], end[22] = {'P', 'K', 5, 6};
    long at = ftell(out->file);
    put_header(header, out, true);
    assert_int_equal(fwrite(header, 1, 53, out->file), 53);
    put_u16le(end + 8, 1);
    put_u16le(end + 10, 1);
    put_u32le(end + 12, 53);
    put_u32le(end + 16, (uint32_t)at);
    assert_int_equal(fwrite(end, 1, sizeof end, out->file), sizeof end);
    put_header(header, out, false);
    assert_int_equal(fseek(out->file, 0, SEEK_SET), 0);
    assert_int_equal(fwrite(header, 1, 37, out->file), 37);
    assert_int_equal(fclose(out->file), 0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: to_gt3x IN.cwa OUT.gt3x\n", stderr);
        return 2;
    }
    struct zone *utc = open_zone("UTC");
    struct recording_source *source = open_file(argv[1], utc, false);
    struct out out = {.file = fopen(argv[2], "wb"), .crc = (uint32_t)crc32(0, NULL, 0)};
    struct gt3x_build build;
    struct sample_block block;
    const size_t rate = (size_t)lround(source->info.rate_hz);
    int16_t second[3 * 512];
    uint8_t header[37] = {0};
    size_t n = 0;
    assert_non_null(out.file);
    assert_true(rate <= 512);
    gt3x_build_init(&build, (int)rate);
    build.second = source->info.start_ns / NS_PER_S;
    assert_int_equal(fwrite(header, 1, sizeof header, out.file), sizeof header);
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        for (uint32_t i = 0; i < block.n; i++) {
            for (int a = 0; a < 3; a++) {
                second[3 * n + (size_t)a] = (int16_t)lrintf(block.acc_g[a][i] * 256);
            }
            if (++n == rate) {
                gt3x_build_samples(&build, second, rate);
                write_bytes(&out, build.log, build.n);
                build.n = n = 0;
            }
        }
    }
    finish(&out);
    sample_block_release(&block);
    gt3x_build_release(&build);
    recording_source_close(source);
    zone_close(utc);
    return 0;
}
