/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "drivers/bulk_only.h"
#include "src/base/bytes.h"
#include "tests/support/fake_port.h"

static struct fake_port port;
static uint8_t disk[64 * 512];
static const uint8_t READ_4[10] = {0x28, 0, 0, 0, 0, 8, 0, 0, 4, 0};
static const uint8_t READY[6] = {0};

static int setup(void **state)
{
    (void)state;
    fake_port_init(&port, 2);
    for (size_t i = 0; i < sizeof disk; i++) {
        disk[i] = (uint8_t)(i * 7 + i / 512);
    }
    port.disk = disk;
    port.n_blocks = 64;
    port.last_block = 63;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_port_release(&port);
    return 0;
}

static enum yk_status read_4(struct bulk_only *self, uint8_t *data,
                             struct bulk_only_result *result, struct failure *why)
{
    enum yk_status status = bulk_only_start(self, READ_4, sizeof READ_4, data, 4 * 512, why);
    return status == YK_OK ? bulk_only_finish(self, 1000, result, why) : status;
}

static void a_command_brings_its_data_and_its_tag_goes_up(void **state)
{
    (void)state;
    struct bulk_only bulk;
    struct bulk_only_result result;
    struct failure why;
    uint8_t data[4 * 512];
    for (int grounded = 0; grounded < 2; grounded++) {
        if (grounded) {
            fake_port_ground(&port);
        }
        assert_int_equal(bulk_only_init(&bulk, &port.base, &why), YK_OK);
        assert_int_equal(bulk.in, 0x81);
        assert_int_equal(bulk.out, 0x01);
        uint32_t tag = bulk.tag;
        assert_int_equal(read_4(&bulk, data, &result, &why), YK_OK);
        assert_int_equal(result.got, sizeof data);
        assert_false(result.has_failed);
        assert_memory_equal(data, disk + 8 * 512, sizeof data);
        assert_int_equal(bulk.tag, tag + 1);
        assert_int_equal(bulk_only_start(&bulk, READY, 6, NULL, 0, &why), YK_OK);
        assert_int_equal(bulk_only_finish(&bulk, 1000, &result, &why), YK_OK);
        assert_int_equal(port.n_resets, 0);
    }
}

/* The 31 bytes as the specification's table 5.1 lays them out. */
static void the_command_block_is_that_of_the_specification(void **state)
{
    (void)state;
    struct bulk_only bulk;
    struct failure why;
    uint8_t data[4 * 512];
    assert_int_equal(bulk_only_init(&bulk, &port.base, &why), YK_OK);
    assert_int_equal(bulk_only_start(&bulk, READ_4, sizeof READ_4, data, sizeof data, &why),
                     YK_OK);
    assert_memory_equal(bulk.block, "USBC", 4);
    assert_int_equal(get_u32le(bulk.block + 4), bulk.tag);
    assert_int_equal(get_u32le(bulk.block + 8), sizeof data);
    assert_int_equal(bulk.block[12], 0x80);
    assert_int_equal(bulk.block[13], 0);
    assert_int_equal(bulk.block[14], 10);
    assert_memory_equal(bulk.block + 15, READ_4, 10);
    for (int i = 25; i < 31; i++) {
        assert_int_equal(bulk.block[i], 0);
    }
    bulk_only_abandon(&bulk, 1000);
    assert_false(bulk.is_flying);
}

/* What must come of each fault in the command, the data and the status of one read. */
static const struct {
    enum port_fault fault;
    int stage; /* 1 command, 2 data, 3 status */
    enum yk_status status;
    size_t got; /* for YK_OK */
    bool has_failed;
    unsigned n_resets;
} FAULTS[] = {
    {PORT_STALL, 1, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_TIMEOUT, 1, YK_ERR_TIMEOUT, 0, false, 1},
    {PORT_DAMAGED, 1, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_FAIL, 1, YK_OK, 0, true, 0},
    {PORT_STALL, 2, YK_OK, 0, false, 0},
    {PORT_TIMEOUT, 2, YK_ERR_TIMEOUT, 0, false, 1},
    {PORT_DAMAGED, 2, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_BABBLE, 2, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_SHORT, 2, YK_OK, 1024, false, 0},
    {PORT_LIE, 2, YK_OK, 1024, false, 0},
    {PORT_PADDED, 2, YK_OK, 1024, false, 0},
    {PORT_GLUED, 2, YK_OK, 1024, false, 0},
    {PORT_STALL, 3, YK_OK, 2048, false, 0},
    {PORT_EMPTY, 3, YK_OK, 2048, false, 0},
    {PORT_TIMEOUT, 3, YK_ERR_TIMEOUT, 0, false, 1},
    {PORT_DAMAGED, 3, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_TAG, 3, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_SIGNATURE, 3, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_CSW_SHORT, 3, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_PHASE, 3, YK_ERR_PROTOCOL, 0, false, 1},
    {PORT_RESIDUE, 3, YK_ERR_PROTOCOL, 0, false, 1},
};

static void every_fault_ends_as_the_specification_says_and_the_next_read_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof FAULTS / sizeof *FAULTS; i++) {
        size_t f = i / 2;
        struct bulk_only bulk;
        struct bulk_only_result result = {.got = 99999};
        struct failure why = {.text = ""};
        uint8_t data[4 * 512];
        setup(NULL);
        if (i % 2 == 1) {
            fake_port_ground(&port);
        }
        assert_int_equal(bulk_only_init(&bulk, &port.base, &why), YK_OK);
        port.fault = FAULTS[f].fault;
        port.fault_at = (uint64_t)FAULTS[f].stage;
        enum yk_status status = read_4(&bulk, data, &result, &why);
        if (status != FAULTS[f].status || port.n_resets != FAULTS[f].n_resets) {
            fail_msg("fault %d at stage %d: %s (%s), %u resets", (int)FAULTS[f].fault,
                     FAULTS[f].stage, status_word(status), why.text, port.n_resets);
        }
        if (status == YK_OK) {
            if (FAULTS[f].fault != PORT_STALL || FAULTS[f].stage != 2) {
                assert_int_equal(result.has_failed, FAULTS[f].has_failed);
            }
            assert_int_equal(result.got, FAULTS[f].got);
            assert_memory_equal(data, disk + 8 * 512, result.got);
        } else {
            assert_true(strlen(why.text) >= 5);
            assert_int_equal(result.got, 99999);
        }
        for (size_t k = 0; k < USB_STARTED_MAX; k++) {
            assert_false(port.flights[k].is_used);
        }
        port.fault_at = 0;
        assert_int_equal(read_4(&bulk, data, &result, &why), YK_OK);
        assert_memory_equal(data, disk + 8 * 512, sizeof data);
        teardown(NULL);
    }
    setup(NULL);
}

static void an_unplugged_device_is_gone_at_every_stage_and_stays_gone(void **state)
{
    (void)state;
    for (uint64_t stage = 1; stage <= 3; stage++) {
        struct bulk_only bulk;
        struct bulk_only_result result;
        struct failure why;
        uint8_t data[4 * 512];
        teardown(NULL);
        setup(NULL);
        assert_int_equal(bulk_only_init(&bulk, &port.base, &why), YK_OK);
        port.fault = PORT_UNPLUG;
        port.fault_at = stage;
        assert_int_equal(read_4(&bulk, data, &result, &why), YK_ERR_NO_DEVICE);
        assert_int_equal(read_4(&bulk, data, &result, &why), YK_ERR_NO_DEVICE);
    }
}

static void a_reset_that_fails_is_tried_again_before_the_next_command(void **state)
{
    (void)state;
    struct bulk_only bulk;
    struct bulk_only_result result;
    struct failure why;
    uint8_t data[4 * 512];
    assert_int_equal(bulk_only_init(&bulk, &port.base, &why), YK_OK);
    port.fault = PORT_TIMEOUT;
    port.fault_at = 2; /* data, then both tries of the reset */
    port.fault_stays = true;
    assert_int_equal(read_4(&bulk, data, &result, &why), YK_ERR_TIMEOUT);
    assert_true(bulk.needs_reset);
    assert_int_equal(read_4(&bulk, data, &result, &why), YK_ERR_TIMEOUT);
    port.fault_at = 0;
    assert_int_equal(read_4(&bulk, data, &result, &why), YK_OK);
    assert_memory_equal(data, disk + 8 * 512, sizeof data);
}

static void a_device_without_a_disk_is_refused(void **state)
{
    (void)state;
    struct bulk_only bulk;
    struct failure why;
    port.base.listing.interfaces[0].class_code = 3;
    assert_int_equal(bulk_only_init(&bulk, &port.base, &why), YK_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_command_brings_its_data_and_its_tag_goes_up, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_command_block_is_that_of_the_specification, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            every_fault_ends_as_the_specification_says_and_the_next_read_is_whole, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            an_unplugged_device_is_gone_at_every_stage_and_stays_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_reset_that_fails_is_tried_again_before_the_next_command, setup, teardown),
        cmocka_unit_test_setup_teardown(a_device_without_a_disk_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
