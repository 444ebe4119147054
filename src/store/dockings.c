/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of the dock. They are written by the program only.
 */
#include "src/store/dockings.h"

#include "src/base/mem.h"

static const char *const flag_words[] = {"", "no", "yes", NULL};

static const struct record_column columns[] = {
    {.name = "at_ts",
     .sql = "at_ns",
     .type = RECORD_TIME,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(docking, at_ns),
     .ja = "時刻",
     .en = "time"},
    {.name = "device_serial",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(docking, device_serial),
     .ja = "機器",
     .en = "device"},
    {.name = "device_model",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, device_model),
     .ja = "型",
     .en = "model"},
    {.name = "firmware",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, firmware),
     .ja = "ファームウェア",
     .en = "firmware"},
    {.name = "session",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, session),
     .ja = "セッション",
     .en = "session"},
    {.name = "clock_ts",
     .sql = "clock_at_ns",
     .type = RECORD_TIME,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, clock.at_ns),
     .ja = "時計の照合",
     .en = "clock read"},
    {.name = "clock_offset_ms",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, clock.offset_ms),
     .decimals = 1,
     .ja = "ずれ ms",
     .en = "offset ms"},
    {.name = "clock_uncertainty_ms",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, clock.uncertainty_ms),
     .decimals = 1,
     .ja = "±",
     .en = "+-"},
    {.name = "clock_is_reset",
     .type = RECORD_WORD,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, clock_is_reset),
     .words = flag_words,
     .ja = "時計の初期化",
     .en = "clock was reset"},
    {.name = "battery_pct",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, battery_pct),
     .decimals = 1,
     .ja = "電池 %",
     .en = "battery %"},
    {.name = "bytes",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, bytes),
     .ja = "バイト",
     .en = "bytes"},
    {.name = "sha256",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, sha256),
     .ja = "SHA-256",
     .en = "SHA-256"},
    {.name = "bad_sectors",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, bad_sectors),
     .ja = "読めない区画",
     .en = "bad sectors"},
    {.name = "is_verified",
     .type = RECORD_WORD,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(docking, is_verified),
     .words = flag_words,
     .ja = "照合済み",
     .en = "verified"},
    {.name = "recording_id",
     .sql = "recording",
     .type = RECORD_TEXT,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, recording),
     .ja = "記録",
     .en = "recording"},
    {.name = "loan",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(docking, loan),
     .ja = "貸出番号",
     .en = "loan"},
    {.name = "outcome",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_PROGRAM,
     RECORD_AT(docking, outcome),
     .ja = "結果",
     .en = "outcome"},
};

static void init(void *row)
{
    docking_init(row);
}

const struct record_kind record_kind_docking = {
    .word = "docking",
    .command = "dock",
    .table = "docking",
    .order = "r.at_ns",
    .bytes = sizeof(struct docking),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
};

enum yk_status docking_add(struct store *store, struct docking *docking, struct failure *why)
{
    bool is_new = false;
    size_t column = 0;
    return record_add(store, &record_kind_docking, docking, &is_new, &column, why);
}

enum yk_status docking_list(struct store *store, const char *device_serial,
                            struct docking **out, size_t *n, struct failure *why)
{
    void *list = NULL;
    enum yk_status status =
        record_select(store, &record_kind_docking, &list, n, why,
                      "?1 IS NULL OR r.device_serial = ?1", "t", device_serial);
    if (status == YK_OK) {
        *out = list;
    }
    return status;
}
