/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every ActiGraph file of the reference data, cut off and with single bits turned: nothing
 * crashes, nothing hangs, and where the format allows to see damage it is said. 30 places a
 * file, 200 with YOAKE_DAMAGE=full (make test-long).
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cwa_open.h"

/* What reading to the end gives. */
struct outcome {
    enum yk_status status;
    uint64_t hash;      /* of times, samples, epochs */
    uint64_t n, damage; /* damage: bad blocks, clock jumps, bytes at the end */
    char notes[4096];
};

static void mix(struct outcome *self, const void *at, size_t n)
{
    const uint8_t *b = at;
    for (size_t i = 0; i < n; i++) {
        self->hash = (self->hash ^ b[i]) * UINT64_C(1099511628211);
    }
}

static void read_samples(struct recording_source *source, struct outcome *out)
{
    struct sample_block block;
    struct failure why;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while ((out->status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
        assert_in_range(block.n, 1, SAMPLE_BLOCK_CAPACITY);
        mix(out, &block.t0_ns, sizeof block.t0_ns);
        for (int a = 0; a < 3; a++) {
            mix(out, block.acc_g[a], block.n * sizeof(float));
        }
        out->n += block.n;
    }
    sample_block_release(&block);
}

static void read_epochs(struct recording_source *source, struct outcome *out)
{
    struct epoch_series epochs;
    struct failure why;
    epoch_series_init(&epochs);
    while ((out->status = source->ops->next_epochs(source, &epochs, &why)) == YK_OK) {
    }
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        if (epochs.column[c] != NULL) {
            mix(out, epochs.column[c], epochs.n * sizeof(float));
        }
    }
    mix(out, &epochs.t0_ns, sizeof epochs.t0_ns);
    out->n = epochs.n;
    epoch_series_release(&epochs);
}

static struct outcome read_bytes(const void *at, size_t n, const struct zone *zone)
{
    struct outcome out = {.hash = UINT64_C(14695981039346656037)};
    struct open_options opt = {.zone = zone, .file_zone_wins = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why = {0};
    assert_int_equal(memory_source_open(at, n, "x", &bytes, NULL), YK_OK);
    out.status = recording_open_source(bytes, &opt, &source, &why);
    if (out.status != YK_OK) {
        assert_true(strlen(why.text) > 10);
        byte_source_close(bytes);
        return out;
    }
    (source->ops->next_samples != NULL ? read_samples : read_epochs)(source, &out);
    const struct read_report *r = &source->report;
    out.damage = r->bad_blocks + r->clock_jumps + r->trailing_bytes;
    for (size_t i = 0, used = 0; i < r->n_events && used + 80 < sizeof out.notes; i++) {
        if (r->events[i].kind == READ_EVENT_NOTE) {
            used += (size_t)snprintf(out.notes + used, sizeof out.notes - used, "%s\n",
                                     r->events[i].detail);
        }
    }
    recording_source_close(source);
    return out;
}

static void assert_not_silent(const char *path, const char *what, size_t at,
                              const struct outcome *whole, const struct outcome *now)
{
    bool is_same = now->status == YK_END && now->hash == whole->hash;
    bool is_said = now->status != YK_END || now->damage > whole->damage;
    for (const char *note = now->notes; *note != '\0'; note = strchr(note, '\n') + 1) {
        char line[80]; /* one that the whole file has not */
        snprintf(line, sizeof line, "%.*s\n", (int)strcspn(note, "\n"), note);
        is_said = is_said ||
                  (strstr(whole->notes, line) == NULL && strncmp(line, "idle sleep", 10) != 0);
    }
    if (!is_same && !is_said) {
        print_error("%s: %s at %zu says nothing\n", path, what, at);
        fail();
    }
}

static size_t places(void)
{
    const char *full = getenv("YOAKE_DAMAGE");
    return full != NULL && strcmp(full, "full") == 0 ? 200 : 30;
}

/* flips_show: the format has checksums, so that a turned bit must be noticed. cuts_show: so
 * must a missing end. */
static void damage_file(const char *relative, const struct zone *zone, bool cuts_show,
                        bool flips_show)
{
    const char *path = check_shared(relative);
    size_t n = 0;
    char *file = path != NULL ? check_read_file(path, &n) : NULL;
    assert_non_null(file);
    const struct outcome whole = read_bytes(file, n, zone);
    assert_int_equal(whole.status, YK_END);
    assert_true(whole.n > 0);
    const size_t most = places();
    for (size_t i = 0; i < most; i++) {
        size_t at = n * i / most;
        struct outcome now = read_bytes(file, at, zone);
        assert_true(now.n <= whole.n);
        if (cuts_show) {
            assert_not_silent(relative, "cut", at, &whole, &now);
        }
    }
    uint32_t x = 2463534242u;
    for (size_t i = 0; i < most; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        /* half of the places near the ends, where the structure is */
        size_t at = i % 4 == 0 ? x % 200 : i % 4 == 1 ? n - 1 - x % 600 : x % n;
        const char bit = (char)(1 << (x >> 8) % 8);
        at = at < n ? at : n - 1;
        file[at] ^= bit;
        struct outcome now = read_bytes(file, n, zone);
        if (flips_show) {
            assert_not_silent(relative, "a turned bit", at, &whole, &now);
        }
        file[at] ^= bit;
    }
    free(file);
}

static void damaged_archives_are_read_as_far_as_they_go_and_say_so(void **state)
{
    (void)state;
    static const char *const files[] = {
        "data/gt3x/TAS1H30182785_2019-09-17.gt3x", "data/gt3x/ISM_Enabled.gt3x",
        "data/gt3x/wgt3xbt_12bit_30hz.gt3x",       "data/gt3x/neo_v1_30hz.gt3x",
        "data/gt3x/link_100hz_3min.gt3x",          "data/gt3x/link_90hz_imu_3min.gt3x",
        "data/gt3x/insight_32hz_1min.agdc"};
    if (check_shared(files[0]) == NULL) {
        skip();
    }
    struct zone *zone = open_zone("UTC");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        damage_file(files[i], zone, true, true);
    }
    zone_close(zone);
}

static void damaged_databases_end(void **state)
{
    (void)state;
    static const char *const files[] = {"data/counts-agcounts/link_100hz_3min_5sec.agd",
                                        "data/counts-agcounts/link_90hz_imu_3min_1sec_LFE.agd",
                                        "data/counts/GT3XPlus-RawData-Day01.agd"};
    if (check_shared(files[0]) == NULL) {
        skip();
    }
    struct zone *zone = open_zone("UTC");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        damage_file(files[i], zone, true, false); /* pages have no checksum */
    }
    zone_close(zone);
}

static void damaged_tables_end(void **state)
{
    (void)state;
    static const char *const files[] = {"data/actigraph-csv/ActiGraph61.csv",
                                        "data/actigraph-csv/ActiGraph13_timestamps_headers.csv",
                                        "data/actigraph-csv/link_90hz_raw_trailing_commas.csv",
                                        "data/actigraph-csv/cle_40hz_raw_timestamps.csv"};
    if (check_shared(files[0]) == NULL) {
        skip();
    }
    struct zone *zone = open_zone("UTC");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        damage_file(files[i], zone, false, false); /* text has no checksum and no length */
    }
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_archives_are_read_as_far_as_they_go_and_say_so),
        cmocka_unit_test(damaged_databases_end),
        cmocka_unit_test(damaged_tables_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
