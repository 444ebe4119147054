/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The exchanged first samples of AX6 firmware up to 55, and their repair.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"
#include "tests/support/cwa_open.h"

/* ---- the AX6 exchange ---- */

static void exchange_triples(struct cwa_build *b, size_t first_sector, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) { /* stored: A(k), G(k + 1) */
        uint8_t *here = cwa_build_sector(b, first_sector + k / 40);
        uint8_t *next = cwa_build_sector(b, first_sector + (k + 1) / 40);
        for (uint32_t a = 0; a < 3; a++) {
            int16_t acc = cwa_get_value(here, k % 40, 3 + a);
            cwa_put_value(here, k % 40, a, acc);
            cwa_put_value(here, k % 40, 3 + a, cwa_get_value(next, (k + 1) % 40, a));
        }
    }
}

/* A still recorder: 1 g on z and a slow rotation, so that the samples tell what is what. */
static void lay_still(struct cwa_build *b, size_t first_sector, uint32_t sectors)
{
    for (size_t s = first_sector; s < first_sector + sectors; s++) {
        for (uint32_t i = 0; i < 40; i++) {
            for (uint32_t a = 0; a < 3; a++) {
                cwa_put_value(cwa_build_sector(b, s), i, a,
                              (int16_t)(5 + ((int)(40 * s + i) * (int)(a + 3)) % 23));
                cwa_put_value(cwa_build_sector(b, s), i, 3 + a, a == 2 ? 2050 : 12);
            }
        }
    }
}

static void set_firmware(struct cwa_build *b, uint8_t firmware)
{
    struct cwa_header header;
    assert_true(cwa_header_get(b->at, &header));
    header.firmware = firmware;
    cwa_header_put(b->at, &header);
}

static void exchanged_samples_are_put_right_after_every_start(void **state)
{
    (void)state;
    static const struct {
        uint8_t firmware;
        uint32_t n; /* exchanged in truth */
    } c[] = {{53, 128}, {54, 1024}, {55, 1024}, {54, 128}, {51, 1024}, {54, 0}};
    for (int f = 0; f < 6; f++) {
        struct cwa_build b, whole;
        cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
        cwa_build_sectors(&b, 40);
        b.clock_s += 100;
        b.next.sequence = 0;
        b.next.events = CWA_EVENT_RESUME;
        cwa_build_sectors(&b, 40);
        lay_still(&b, 0, 80);
        set_firmware(&b, c[f].firmware);
        whole = b;
        whole.at = malloc(b.n);
        memcpy(whole.at, b.at, b.n);
        exchange_triples(&b, 0, c[f].n);
        exchange_triples(&b, 40, c[f].n);
        for (size_t s = 0; s < 80; s++) {
            cwa_sector_seal(cwa_build_sector(&b, s));
            cwa_sector_seal(cwa_build_sector(&whole, s));
        }
        struct recording_source *x = cwa_build_open(&b, 0), *y = cwa_build_open(&whole, 0);
        struct sample_block p, q;
        assert_int_equal(sample_block_init(&p, true, NULL), YK_OK);
        assert_int_equal(sample_block_init(&q, true, NULL), YK_OK);
        int64_t k = 0;
        while (x->ops->next_samples(x, &p, NULL) == YK_OK) {
            assert_int_equal(y->ops->next_samples(y, &q, NULL), YK_OK);
            assert_int_equal(p.n, q.n);
            for (uint32_t i = 0; i < p.n; i++, k++) {
                bool is_lost = c[f].n > 0 && k % 1600 == 0;
                for (int a = 0; a < 3; a++) {
                    assert_close((double)p.acc_g[a][i], (double)q.acc_g[a][i], 0);
                    assert_close((double)p.gyro_dps[a][i],
                                 is_lost ? NAN : (double)q.gyro_dps[a][i], 0);
                }
            }
        }
        assert_int_equal(k, 3200);
        assert_int_equal(x->report.repaired_samples, 2 * c[f].n);
        assert_int_equal(y->report.repaired_samples, 0);
        sample_block_release(&p);
        sample_block_release(&q);
        recording_source_close(x);
        recording_source_close(y);
        cwa_build_release(&b);
        cwa_build_release(&whole);
    }
}

static void newer_firmware_is_never_repaired(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(&b, 40);
    lay_still(&b, 0, 40);
    exchange_triples(&b, 0, 1024);
    for (size_t s = 0; s < 40; s++) {
        cwa_sector_seal(cwa_build_sector(&b, s));
    }
    set_firmware(&b, 56);
    struct recording_source *source = cwa_build_open(&b, 0);
    cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(source->report.repaired_samples, 0);
    recording_source_close(source);
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanged_samples_are_put_right_after_every_start),
        cmocka_unit_test(newer_firmware_is_never_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
