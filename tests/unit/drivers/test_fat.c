/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/fat.h"
#include "src/base/bytes.h"
#include "tests/support/alloc.h"

/* Volumes made by mkfs.fat and filled by mcopy: neither is ours. */
static char folder[4096];
static uint8_t *image;
static size_t image_bytes;
static bool has_tools;

static enum yk_status read_image(void *user, uint64_t block, size_t count, uint8_t *dst,
                                 struct failure *why)
{
    uint64_t n = image_bytes / 512;
    (void)user;
    if (block >= n || count > n - block) {
        return failure_set(why, YK_ERR_IO, "block %llu refused", (unsigned long long)block);
    }
    memcpy(dst, image + block * 512, count * 512);
    return YK_OK;
}

static struct fat_disk disk_of(void)
{
    return (struct fat_disk){.read = read_image, .n_blocks = image_bytes / 512};
}

static bool run(const char *command)
{
    char line[8192];
    snprintf(line, sizeof line, "cd '%s' && { %s; } >log 2>&1", folder, command);
    return system(line) == 0;
}

static int group_setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", check_scratch("fat"));
    has_tools = system("command -v mkfs.fat mcopy mdel >/dev/null") == 0;
    if (!has_tools) {
        print_message("SKIPPED: dosfstools or mtools are missing\n");
    }
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    check_remove(folder);
    free(image);
    return 0;
}

static void make(const char *commands)
{
    char path[4200];
    if (!has_tools) {
        skip();
    }
    assert_true(run(commands));
    snprintf(path, sizeof path, "%s/image", folder);
    free(image);
    image = (uint8_t *)check_read_file(path, &image_bytes);
    assert_non_null(image);
}

/* A file of n bytes that are all different from those around them. */
static void make_file(const char *name, size_t n)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    for (size_t i = 0; i < n; i++) {
        fputc((int)((i * 2654435761u) >> 13 & 0xFF), out);
    }
    fclose(out);
}

/* Reads the file as the driver does and compares it with what was copied in. */
static void expect_file(struct fat *fat, const char *local, const char name[static 11],
                        size_t min_runs)
{
    char path[4200];
    struct fat_entry entry;
    struct fat_chain chain;
    struct failure why;
    bool found = false;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", folder, local);
    char *wanted = check_read_file(path, &size);
    assert_non_null(wanted);
    assert_int_equal(fat_find(fat, name, &entry, &found, &why), YK_OK);
    assert_true(found);
    assert_int_equal(entry.size, size);
    assert_int_equal(fat_chain(fat, entry.first_cluster, UINT32_MAX, &chain, &why), YK_OK);
    assert_int_equal(chain.end, FAT_END_MARK);
    assert_true(chain.n >= min_runs);
    assert_true(chain.n_blocks * 512 >= size);
    assert_true((chain.n_blocks - fat->blocks_per_cluster) * 512 < size);
    for (uint64_t at = 0; at < size; at += 512) {
        uint64_t block = 0, following = 0;
        uint8_t data[512];
        assert_true(fat_chain_at(&chain, at, &block, &following));
        assert_int_equal(read_image(NULL, block, 1, data, &why), YK_OK);
        assert_memory_equal(data, wanted + at, size - at < 512 ? size - at : 512);
    }
    uint64_t block, following;
    assert_false(fat_chain_at(&chain, chain.n_blocks * 512, &block, &following));
    fat_chain_release(&chain);
    free(wanted);
}

static void expect_volume(unsigned bits, size_t min_runs)
{
    struct fat fat;
    struct fat_disk disk = disk_of();
    struct failure why = {.text = ""};
    enum yk_status status = fat_open(&fat, &disk, &why);
    if (status != YK_OK) {
        fail_msg("not opened: %s", why.text);
    }
    assert_int_equal(fat.bits, bits);
    expect_file(&fat, "data", "CWA-DATACWA", min_runs);
    bool found = true;
    struct fat_entry entry;
    assert_int_equal(fat_find(&fat, "NOTHERE TXT", &entry, &found, &why), YK_OK);
    assert_false(found);
    fat_release(&fat);
}

static void all_three_kinds_are_read_with_small_and_large_clusters(void **state)
{
    (void)state;
    make_file("data", 300123);
    make("rm -f image; mkfs.fat -C image 1440; mcopy -i image data ::CWA-DATA.CWA");
    expect_volume(12, 1);
    make("rm -f image; mkfs.fat -F 16 -s 1 -C image 20000; mcopy -i image data ::CWA-DATA.CWA");
    expect_volume(16, 1);
    make("rm -f image; mkfs.fat -F 32 -s 1 -C image 40000; mcopy -i image data ::CWA-DATA.CWA");
    expect_volume(32, 1);
}

/* 64 sectors a cluster, 8 reserved, 2 tables, 512 root entries, behind a partition table at
 * block 94: the recorder's own layout. */
static void the_recorders_own_layout_behind_a_partition_table_is_read(void **state)
{
    (void)state;
    make_file("data", 3 * 32768 + 512);
    make("rm -f image volume; mkfs.fat -F 16 -s 64 -R 8 -r 512 -h 94 -C volume 140000;"
         "mcopy -i volume data ::CWA-DATA.CWA; truncate -s 48128 image; cat volume >> image");
    memset(image, 0, 512);
    image[446 + 4] = 0x06;
    put_u32le(image + 446 + 8, 94);
    put_u32le(image + 446 + 12, 280000);
    image[510] = 0x55;
    image[511] = 0xAA;
    expect_volume(16, 1);
    /* The disk may report less than the partition uses. */
    image_bytes -= 93 * 512;
    expect_volume(16, 1);
}

static void a_file_in_many_pieces_is_put_together(void **state)
{
    (void)state;
    make_file("data", 200000);
    make_file("piece", 2000);
    make("rm -f image; mkfs.fat -F 16 -s 1 -C image 3000 || mkfs.fat -s 1 -C image 3000;"
         "for i in 1 2 3 4 5 6 7 8 9; do mcopy -i image piece ::P$i; done;"
         "mdel -i image ::P1 ::P3 ::P5 ::P7; mcopy -i image data ::CWA-DATA.CWA");
    struct fat fat;
    struct fat_disk disk = disk_of();
    assert_int_equal(fat_open(&fat, &disk, NULL), YK_OK);
    expect_file(&fat, "data", "CWA-DATACWA", 2);
    fat_release(&fat);
    make("rm -f image; mkfs.fat -F 32 -s 1 -C image 40000;"
         "for i in $(seq 60); do mcopy -i image piece ::LONG-NAME-OF-PIECE-$i.TXT; done;"
         "mdel -i image ::LONG-NAME-OF-PIECE-2.TXT; mcopy -i image data ::CWA-DATA.CWA");
    expect_volume(32, 1); /* the root folder itself has several clusters */
}

/* ---- damage ---- */

static void put_entry(const struct fat *fat, uint32_t cluster, uint16_t value)
{
    for (unsigned t = 0; t < fat->n_tables; t++) {
        put_u16le(image + (fat->table_block + (uint64_t)t * fat->table_blocks) * 512 +
                      2 * (size_t)cluster,
                  value);
    }
}

static void broken_links_end_a_chain_and_are_named(void **state)
{
    (void)state;
    make_file("data", 20 * 512);
    make("rm -f image; mkfs.fat -F 16 -s 1 -C image 20000; mcopy -i image data ::CWA-DATA.CWA");
    struct fat fat;
    struct fat_disk disk = disk_of();
    struct fat_entry entry;
    struct fat_chain chain;
    struct failure why;
    bool found = false;
    assert_int_equal(fat_open(&fat, &disk, &why), YK_OK);
    assert_int_equal(fat_find(&fat, "CWA-DATACWA", &entry, &found, &why), YK_OK);
    uint32_t first = entry.first_cluster;
    const struct {
        uint16_t value;
        enum fat_end end;
        uint64_t n_blocks;
    } cases[] = {
        {0xFFFF, FAT_END_MARK, 10},
        {0xFFF8, FAT_END_MARK, 10},
        {0xFFF7, FAT_END_BAD, 10},
        {0, FAT_END_FREE, 10},
        {1, FAT_END_RANGE, 10},
        {0xFFEF, FAT_END_RANGE, 10},
        {(uint16_t)first, FAT_END_LOOP, 10},
        {(uint16_t)(first + 9), FAT_END_LOOP, 10},
        {(uint16_t)(first + 15), FAT_END_MARK, 15},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_entry(&fat, first + 9, cases[i].value);
        fat.window_count = 0;
        assert_int_equal(fat_chain(&fat, first, UINT32_MAX, &chain, &why), YK_OK);
        assert_int_equal(chain.end, cases[i].end);
        assert_int_equal(chain.n_blocks, cases[i].n_blocks);
        assert_true(strlen(fat_end_text(chain.end)) > 5);
        fat_chain_release(&chain);
    }
    put_entry(&fat, first + 9, 0);
    fat.window_count = 0;
    assert_int_equal(fat_chain(&fat, first, 5, &chain, &why), YK_OK);
    assert_int_equal(chain.end, FAT_END_ENOUGH);
    assert_int_equal(chain.n_blocks, 5);
    fat_chain_release(&chain);
    /* Grown over the gap by whoever can prove it, the table goes on. */
    bool added = false;
    assert_int_equal(fat_chain(&fat, first, UINT32_MAX, &chain, &why), YK_OK);
    assert_int_equal(chain.n_blocks, 10);
    assert_int_equal(fat_chain_grow(&fat, &chain, &added, &why), YK_OK);
    assert_true(added);
    assert_int_equal(fat_chain_continue(&fat, &chain, &why), YK_OK);
    assert_int_equal(chain.n_blocks, 20);
    assert_int_equal(chain.n, 1);
    assert_int_equal(chain.end, FAT_END_MARK);
    fat_chain_release(&chain);
    for (uint32_t bad = 0; bad < 2; bad++) {
        assert_int_equal(fat_chain(&fat, bad, UINT32_MAX, &chain, &why), YK_OK);
        assert_int_equal(chain.n_blocks, 0);
        fat_chain_release(&chain);
    }
    fat_release(&fat);
}

/* Every byte of the boot sector's fields, set to values that hurt: opened or refused with a
 * sentence, and whatever is opened is read without leaving the disk. */
static void a_damaged_boot_sector_is_refused_or_bounded(void **state)
{
    (void)state;
    static const uint8_t values[] = {0, 1, 2, 3, 0x7F, 0x80, 0xFF};
    make_file("data", 5000);
    make("rm -f image; mkfs.fat -F 16 -s 1 -C image 20000; mcopy -i image data ::CWA-DATA.CWA");
    size_t n_opened = 0, n_refused = 0;
    for (size_t at = 0; at < 64; at++) {
        for (size_t v = 0; v < sizeof values; v++) {
            uint8_t was = image[at];
            struct fat fat;
            struct fat_disk disk = disk_of();
            struct fat_entry entry;
            struct fat_chain chain;
            struct failure why = {.text = ""};
            bool found = false;
            image[at] = values[v];
            if (fat_open(&fat, &disk, &why) == YK_OK) {
                n_opened++;
                if (fat_find(&fat, "CWA-DATACWA", &entry, &found, &why) == YK_OK && found &&
                    fat_chain(&fat, entry.first_cluster, UINT32_MAX, &chain, &why) == YK_OK) {
                    fat_chain_release(&chain);
                }
                fat_release(&fat);
            } else {
                n_refused++;
                assert_true(strlen(why.text) > 20);
            }
            image[at] = was;
        }
    }
    assert_true(n_opened > 100 && n_refused > 20);
}

static void a_disk_that_ends_early_or_is_blank_is_refused(void **state)
{
    (void)state;
    struct fat fat;
    struct failure why;
    free(image);
    image_bytes = 64 * 512;
    image = calloc(1, image_bytes);
    assert_non_null(image);
    struct fat_disk disk = disk_of();
    assert_int_equal(fat_open(&fat, &disk, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "neither a partition table"));
    image[510] = 0x55;
    image[511] = 0xAA;
    image[450] = 6;
    put_u32le(image + 454, 63);
    assert_int_equal(fat_open(&fat, &disk, &why), YK_ERR_CORRUPT);
    put_u32le(image + 454, 4000000000);
    assert_int_equal(fat_open(&fat, &disk, &why), YK_ERR_CORRUPT);
    image_bytes = 0;
    disk = disk_of();
    assert_int_equal(fat_open(&fat, &disk, &why), YK_ERR_IO);
}

static void memory_refused_is_a_failure_and_leaks_nothing(void **state)
{
    (void)state;
    make_file("data", 5000);
    make("rm -f image; mkfs.fat -F 16 -s 1 -C image 20000; mcopy -i image data ::CWA-DATA.CWA");
    for (uint64_t k = 1;; k++) {
        struct fat fat;
        struct fat_chain chain;
        struct fat_disk disk = disk_of();
        alloc_fail_at(k);
        enum yk_status status = fat_open(&fat, &disk, NULL);
        if (status == YK_OK) {
            status = fat_chain(&fat, 3, UINT32_MAX, &chain, NULL);
            if (status == YK_OK) {
                fat_chain_release(&chain);
            }
            fat_release(&fat);
        }
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            assert_true(k > 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_kinds_are_read_with_small_and_large_clusters),
        cmocka_unit_test(the_recorders_own_layout_behind_a_partition_table_is_read),
        cmocka_unit_test(a_file_in_many_pieces_is_put_together),
        cmocka_unit_test(broken_links_end_a_chain_and_are_named),
        cmocka_unit_test(a_damaged_boot_sector_is_refused_or_bounded),
        cmocka_unit_test(a_disk_that_ends_early_or_is_blank_is_refused),
        cmocka_unit_test(memory_refused_is_a_failure_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
