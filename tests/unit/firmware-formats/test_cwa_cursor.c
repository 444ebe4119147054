/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A second reader gives the same bits as reading from the start; stored blocks carry the
 * device's own times.
 */
#include "tests/support/check.h"

#include "tests/support/alloc.h"
#include "src/base/pool.h"
#include "tests/support/cwa_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct kept { /* a block as the sequential reading gave it */
    int64_t t0_ns, end_ns;
    double period_s, sum;
    uint32_t n, flags;
    float first, last, light, temperature_c, gyro;
};

struct kept_blocks {
    struct kept *at;
    size_t n;
};

static struct kept keep(const struct sample_block *block)
{
    struct kept k = {.t0_ns = block->t0_ns,
                     .period_s = block->period_s,
                     .n = block->n,
                     .flags = block->flags,
                     .first = block->acc_g[0][0],
                     .last = block->acc_g[2][block->n - 1],
                     .light = block->light,
                     .temperature_c = block->temperature_c,
                     .gyro = isnan(block->gyro_dps[1][0]) ? -1e9f : block->gyro_dps[1][0]};
    k.end_ns = k.t0_ns + (int64_t)nearbyint(k.n * k.period_s * NS_PER_S);
    for (uint32_t i = 0; i < block->n; i++) {
        k.sum += (double)block->acc_g[1][i];
    }
    return k;
}

static bool is_same(const struct kept *a, const struct kept *b)
{
    return a->t0_ns == b->t0_ns && a->end_ns == b->end_ns && a->n == b->n &&
           a->flags == b->flags && memcmp(&a->period_s, &b->period_s, sizeof(double)) == 0 &&
           memcmp(&a->sum, &b->sum, sizeof(double)) == 0 &&
           memcmp(&a->first, &b->first, 5 * sizeof(float)) == 0;
}

static struct kept_blocks read_all(struct recording_source *source)
{
    struct kept_blocks out = {0};
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        if (out.n % 4096 == 0) {
            out.at = realloc(out.at, (out.n + 4096) * sizeof *out.at);
            assert_non_null(out.at);
        }
        out.at[out.n++] = keep(&block);
    }
    sample_block_release(&block);
    return out;
}

/* Which block a cursor at from_ns must begin with. */
static size_t expected_at(const struct kept_blocks *all, int64_t from_ns)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].t0_ns <= from_ns && from_ns < all->at[i].end_ns) {
            return i;
        }
    }
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].end_ns > from_ns) {
            return i;
        }
    }
    return all->n;
}

static void check_cursor(struct recording_source *source, const struct kept_blocks *all,
                         int64_t from_ns, size_t n_blocks)
{
    struct recording_source *cursor = NULL;
    struct failure why = {0};
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    assert_int_equal(source->ops->open_at(source, from_ns, &cursor, &why), YK_OK);
    size_t i = expected_at(all, from_ns);
    for (size_t k = 0; k < n_blocks; k++, i++) {
        enum yk_status status = cursor->ops->next_samples(cursor, &block, &why);
        assert_int_equal(status, i < all->n ? YK_OK : YK_END);
        if (status != YK_OK) {
            break;
        }
        struct kept now = keep(&block);
        if (!is_same(&now, &all->at[i])) {
            const struct kept *e = &all->at[i];
            print_error("t0 %lld, not %lld; n %u, not %u; flags %x, not %x\n",
                        (long long)now.t0_ns, (long long)e->t0_ns, now.n, e->n, now.flags,
                        e->flags);
            fail_msg("block %zu differs when read from %lld", i, (long long)from_ns);
        }
    }
    assert_int_equal(cursor->report.n_samples, 0);
    assert_int_equal(cursor->report.n_events, 0);
    recording_source_close(cursor);
    sample_block_release(&block);
}

static void check_many(struct recording_source *source, uint32_t n_places)
{
    struct recording_source *early = NULL;
    assert_int_equal(source->ops->open_at(source, 0, &early, NULL), YK_ERR_ARGUMENT);
    struct kept_blocks all = read_all(source);
    struct read_report before = source->report;
    int64_t start = source->info.start_ns, length = source->info.end_ns - start;
    check_cursor(source, &all, INT64_MIN, 3);
    check_cursor(source, &all, INT64_MAX, 1);
    check_cursor(source, &all, start, all.n + 1);
    uint64_t random = 20240617;
    for (uint32_t i = 0; i < n_places; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double share = (double)(random >> 11) / 9007199254740992.0 * 1.04 - 0.02;
        check_cursor(source, &all, start + (int64_t)((double)length * share), 12);
    }
    assert_memory_equal(&before, &source->report, sizeof before);
    free(all.at);
}

static void cursors_give_the_same_bits_on_every_real_file(void **state)
{
    (void)state;
    const char *const names[] = {"data/cwa/ax3_testfile.cwa",
                                 "data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa",
                                 "data/cwa/ax6_testfile.cwa",
                                 "data/cwa/ax3_sample.cwa",
                                 "data/cwa/ax6_sample.cwa",
                                 "data/cwa/example-610-steps.cwa"};
    for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
        SHARED_OR_SKIP(path, names[f]);
        struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
        struct recording_source *source = NULL;
        assert_int_equal(recording_open(path, &opt, &source, NULL), YK_OK);
        check_many(source, 500);
        recording_source_close(source);
    }
}

/* Three hours at 200 Hz with everything that can interrupt a recording: 10 MB. */
static void build_long(struct cwa_build *b)
{
    cwa_build_init(b, CWA_PACKED, 0x4B, 0, 0);
    b->anchor_extra = 10;
    for (uint32_t i = 0; i < 20; i++) {
        b->true_rate_hz = 197.0 + 0.05 * i;
        cwa_build_sectors(b, 900 + 37 * i);
        if (i % 4 == 1) {
            cwa_build_lose(b, 5 * i);
        } else if (i % 4 == 2) {
            b->clock_s += 600;
            b->next.sequence = 0;
            b->next.events = CWA_EVENT_RESUME;
        } else if (i % 4 == 3) {
            cwa_build_sector(b, b->n / CWA_SECTOR_BYTES - 40)[90] ^= 0x10;
            uint8_t junk[700] = {1};
            cwa_build_bytes(b, junk, i % 8 == 3 ? 512 : 700);
            b->clock_s += 3;
        }
    }
}

static void cursors_give_the_same_bits_on_a_long_damaged_file(void **state)
{
    (void)state;
    struct cwa_build b;
    build_long(&b);
    struct recording_source *source = cwa_build_open(&b, 0);
    check_many(source, 500);
    assert_int_equal(source->report.gaps, 15);
    assert_int_equal(source->report.restarts, 5);
    assert_int_equal(source->report.clock_jumps, 4);
    assert_int_equal(source->report.bad_blocks, 12);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void cursors_find_their_place_when_the_clock_was_set_back(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    b.clock_s = 9000;
    cwa_build_sectors(&b, 3000);
    b.clock_s -= 9000;
    cwa_build_sectors(&b, 5000);
    struct recording_source *source = cwa_build_open(&b, 0);
    struct kept_blocks all = read_all(source);
    for (int i = -10; i < 140; i++) {
        check_cursor(source, &all, (CWA_BUILD_START + i * 100) * NS_PER_S, 5);
    }
    free(all.at);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void cursors_repair_exchanged_samples_as_the_first_reading_does(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/ax6_testfile.cwa");
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    struct recording_source *source = NULL;
    assert_int_equal(recording_open(path, &opt, &source, NULL), YK_OK);
    struct kept_blocks all = read_all(source);
    for (size_t i = 0; i < 40; i++) {
        check_cursor(source, &all, all.at[i].t0_ns, 30);
    }
    free(all.at);
    recording_source_close(source);
}

enum { STRETCHES = 24 };

struct stretches {
    struct recording_source *source;
    int64_t from_ns[STRETCHES + 1];
    double sum[STRETCHES]; /* of the blocks that begin in the stretch */
};

static void read_stretch(void *user, size_t index, unsigned worker)
{
    (void)worker;
    struct stretches *all = user;
    struct recording_source *cursor = NULL;
    struct sample_block block;
    if (sample_block_init(&block, true, NULL) != YK_OK) {
        return;
    }
    if (all->source->ops->open_at(all->source, all->from_ns[index], &cursor, NULL) == YK_OK) {
        while (cursor->ops->next_samples(cursor, &block, NULL) == YK_OK &&
               block.t0_ns < all->from_ns[index + 1]) {
            if (block.t0_ns >= all->from_ns[index]) {
                all->sum[index] += keep(&block).sum;
            }
        }
    }
    recording_source_close(cursor);
    sample_block_release(&block);
}

static void cursors_of_several_threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 9000);
    struct stretches one = {.source = cwa_build_open(&b, 0)}, four;
    struct kept_blocks all = read_all(one.source);
    for (int i = 0; i <= STRETCHES; i++) {
        one.from_ns[i] =
            i == STRETCHES ? INT64_MAX : all.at[all.n * (size_t)i / STRETCHES].t0_ns;
    }
    four = one;
    assert_int_equal(pool_run(STRETCHES, 1, NULL, read_stretch, &one, NULL), YK_OK);
    assert_int_equal(pool_run(STRETCHES, 4, NULL, read_stretch, &four, NULL), YK_OK);
    assert_memory_equal(one.sum, four.sum, sizeof one.sum);
    double sum = 0;
    for (int i = 0; i < STRETCHES; i++) {
        sum += one.sum[i];
    }
    assert_close(sum, one.source->report.sum_g[1], 0);
    free(all.at);
    recording_source_close(one.source);
    cwa_build_release(&b);
}

static void stored_blocks_have_the_devices_own_times(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        double t0_frac;
        uint64_t n, bad, first_good;
        double sum_x; /* as stored */
    } c[] = {
        {"data/cwa/ax3_testfile.cwa", 1551178506.000488, 145, 0, 0, 13530.46875},
        {"data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa", 1551178507.215137, 145,
         6, 1, 12959.890625},
        {"data/cwa/ax6_testfile.cwa", 1577135046.699792, 283, 0, 0, 183.263184},
        {"data/cwa/ax3_sample.cwa", 1581498217.481812, 490, 0, 0, -16812.140625},
        {"data/cwa/ax6_sample.cwa", 1572339786.307977, 259, 0, 0, 3358.298828},
        {"data/cwa/example-610-steps.cwa", 1332846897.5, 595, 0, 0, 50299.078125},
    };
    struct zone *tokyo = NULL;
    assert_int_equal(zone_open("Asia/Tokyo", &tokyo, NULL), YK_OK);
    for (size_t f = 0; f < sizeof c / sizeof *c; f++) {
        SHARED_OR_SKIP(path, c[f].file);
        struct open_options opt = {.zone = tokyo, .with_gyro = true};
        struct recording_source *source = NULL, *cursor = NULL;
        struct sample_block block;
        struct device_block stored;
        assert_int_equal(recording_open(path, &opt, &source, NULL), YK_OK);
        free(read_all(source).at);
        assert_int_equal(source->ops->open_at(source, INT64_MIN, &cursor, NULL), YK_OK);
        assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
        uint64_t n = 0, bad = 0;
        double sum = 0;
        while (cursor->ops->next_device_block(cursor, &block, &stored, NULL) == YK_OK) {
            assert_int_equal(stored.number, n);
            if (!stored.is_good) {
                assert_int_equal(block.n, 0);
                assert_true(isnan(stored.wall_s));
                bad++;
            } else if (n == c[f].first_good) {
                assert_close(stored.wall_s, c[f].t0_frac, 1e-6);
                assert_close((double)block.t0_ns / 1e9, c[f].t0_frac - 9 * 3600, 1e-6);
            }
            for (uint32_t i = 0; i < block.n; i++) {
                sum += (double)block.acc_g[0][i];
            }
            n++;
        }
        assert_int_equal(n, c[f].n);
        assert_int_equal(bad, c[f].bad);
        assert_close(sum, c[f].sum_x, 1e-6);
        recording_source_close(cursor);
        /* From the middle on: the sector that holds that time comes first. */
        int64_t middle = source->info.start_ns / 2 + source->info.end_ns / 2;
        assert_int_equal(source->ops->open_at(source, middle, &cursor, NULL), YK_OK);
        assert_int_equal(cursor->ops->next_device_block(cursor, &block, &stored, NULL), YK_OK);
        /* A block can begin in the sector before and end in the next one. */
        assert_close((double)(middle - block.t0_ns) / 1e9, 0, 2.5);
        recording_source_close(cursor);
        sample_block_release(&block);
        recording_source_close(source);
    }
    zone_close(tokyo);
}

static void opening_a_cursor_survives_refused_memory(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 50);
    struct recording_source *source = cwa_build_open(&b, 0);
    free(read_all(source).at);
    for (uint64_t k = 1;; k++) {
        struct recording_source *cursor = NULL;
        struct failure why;
        alloc_fail_at(k);
        enum yk_status status =
            source->ops->open_at(source, source->info.start_ns + 20 * NS_PER_S, &cursor, &why);
        bool refused = alloc_end(status, YK_OK);
        recording_source_close(cursor);
        if (!refused) {
            break;
        }
    }
    recording_source_close(source);
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursors_give_the_same_bits_on_every_real_file),
        cmocka_unit_test(cursors_give_the_same_bits_on_a_long_damaged_file),
        cmocka_unit_test(cursors_find_their_place_when_the_clock_was_set_back),
        cmocka_unit_test(cursors_repair_exchanged_samples_as_the_first_reading_does),
        cmocka_unit_test(cursors_of_several_threads_do_not_disturb_each_other),
        cmocka_unit_test(stored_blocks_have_the_devices_own_times),
        cmocka_unit_test(opening_a_cursor_survives_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
