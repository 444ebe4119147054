/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "drivers/scsi.h"
#include "tests/support/fake_port.h"

static struct fake_port port;
static struct scsi scsi;
static uint8_t disk[256 * 512];

static int setup(void **state)
{
    (void)state;
    struct failure why;
    fake_port_init(&port, 2);
    for (size_t i = 0; i < sizeof disk; i++) {
        disk[i] = (uint8_t)(i * 11 + i / 512);
    }
    port.disk = disk;
    port.n_blocks = 256;
    port.last_block = 255;
    return scsi_init(&scsi, &port.base, &why) == YK_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    fake_port_release(&port);
    return 0;
}

static void the_disk_says_who_it_is_and_how_large(void **state)
{
    (void)state;
    struct scsi_identity id;
    struct failure why;
    assert_int_equal(scsi_inquiry(&scsi, &id, &why), YK_OK);
    assert_string_equal(id.vendor, "AX3");
    assert_string_equal(id.product, "AX3 Mass Storage");
    assert_string_equal(id.revision, "0017");
    assert_int_equal(scsi_capacity(&scsi, &why), YK_OK);
    assert_int_equal(scsi.n_blocks, 256);
}

static void a_hidden_disk_is_waited_for_and_attention_is_no_failure(void **state)
{
    (void)state;
    struct failure why;
    port.n_not_ready = 5;
    port.has_attention = true;
    assert_int_equal(scsi_wait_ready(&scsi, 5000, &why), YK_OK);
    assert_true(port.now >= 5 * 250);
    port.n_not_ready = 1000;
    assert_int_equal(scsi_wait_ready(&scsi, 2000, &why), YK_ERR_BUSY);
    assert_non_null(strstr(why.text, "hides its disk"));
}

static void a_read_that_fails_is_sent_again_up_to_three_times(void **state)
{
    (void)state;
    struct failure why;
    uint8_t data[8 * 512];
    port.bad_block = 20;
    port.n_bad = 2; /* heals at the third */
    assert_int_equal(scsi_read(&scsi, 16, 8, data, &why), YK_OK);
    assert_memory_equal(data, disk + 16 * 512, sizeof data);
    assert_int_equal(scsi.n_retries, 2);
    port.n_bad = -1;
    unsigned before = port.n_commands;
    assert_int_equal(scsi_read(&scsi, 16, 8, data, &why), YK_ERR_IO);
    assert_int_equal(port.n_commands - before, 6); /* three reads, three senses */
    assert_non_null(strstr(why.text, "3/11/00"));
    assert_non_null(strstr(why.text, "damaged"));
    assert_int_equal(why.offset, 16 * 512);
}

static void short_data_never_passes_for_whole(void **state)
{
    (void)state;
    static const enum port_fault kinds[] = {PORT_SHORT, PORT_LIE, PORT_GLUED};
    struct failure why;
    uint8_t data[8 * 512];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        port.fault = kinds[i];
        port.fault_at = port.n_transfers + 2;
        port.fault_stays = false;
        memset(data, 0, sizeof data);
        assert_int_equal(scsi_read(&scsi, 32, 8, data, &why), YK_OK);
        assert_memory_equal(data, disk + 32 * 512, sizeof data);
        port.fault_at = port.n_transfers + 1;
        port.fault_stays = true;
        assert_int_not_equal(scsi_read(&scsi, 32, 8, data, &why), YK_OK);
        port.fault_at = 0;
    }
}

static void two_reads_overlap_with_work_on_the_first(void **state)
{
    (void)state;
    struct failure why;
    uint8_t data[2][16 * 512];
    assert_int_equal(scsi_read_start(&scsi, 0, 16, data[0], &why), YK_OK);
    for (size_t i = 0; i < 15; i++) {
        assert_int_equal(scsi_read_finish(&scsi, &why), YK_OK);
        assert_int_equal(scsi_read_start(&scsi, 16 * (i + 1), 16, data[(i + 1) % 2], &why),
                         YK_OK);
        assert_memory_equal(data[i % 2], disk + 16 * 512 * i, 16 * 512);
    }
    scsi_abandon(&scsi);
    assert_false(scsi.bulk.is_flying);
    assert_int_equal(scsi_read(&scsi, 3, 1, data[0], &why), YK_OK);
    assert_memory_equal(data[0], disk + 3 * 512, 512);
}

/* Every fault at every transfer of a session: it ends, and a read that says yes has the bytes.
 */
static void whatever_fails_wherever_a_read_is_right_or_says_why(void **state)
{
    (void)state;
    size_t n_faults = 0;
    for (int kind = PORT_UNPLUG; kind <= PORT_FAIL; kind++) {
        for (uint64_t at = 1; at <= 24; at++) {
            struct failure why = {.text = ""};
            struct scsi_identity id;
            uint8_t data[8 * 512];
            teardown(NULL);
            setup(NULL);
            port.fault = (enum port_fault)kind;
            port.fault_at = at;
            port.fault_stays = at % 2 == 0;
            (void)scsi_inquiry(&scsi, &id, &why);
            (void)scsi_wait_ready(&scsi, 1000, &why);
            (void)scsi_capacity(&scsi, &why);
            assert_true(scsi.n_blocks == 0 || scsi.n_blocks == 256);
            for (uint64_t i = 0; i < 4; i++) {
                why.text[0] = '\0';
                enum yk_status status = scsi_read(&scsi, 8 * i, 8, data, &why);
                assert_true(status == YK_OK || why.text[0] != '\0');
                if (status == YK_OK) {
                    assert_memory_equal(data, disk + 8 * 512 * i, sizeof data);
                }
                if (kind == PORT_UNPLUG && port.is_gone) {
                    assert_int_equal(status, YK_ERR_NO_DEVICE);
                }
            }
            assert_true(port.now < 200000); /* it ended by itself */
            n_faults++;
        }
    }
    assert_true(n_faults > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_disk_says_who_it_is_and_how_large, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hidden_disk_is_waited_for_and_attention_is_no_failure,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_read_that_fails_is_sent_again_up_to_three_times,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(short_data_never_passes_for_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(two_reads_overlap_with_work_on_the_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(whatever_fails_wherever_a_read_is_right_or_says_why,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
