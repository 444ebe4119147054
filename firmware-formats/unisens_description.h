/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What unisens.xml says: when the measurement began, and of each entry which file it is and how
 * its numbers are stored.
 */
#ifndef FIRMWARE_FORMATS_UNISENS_DESCRIPTION_H
#define FIRMWARE_FORMATS_UNISENS_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/byte_source.h"

#define UNISENS_XML "unisens.xml"
#define UNISENS_ENTRIES 64
#define UNISENS_CHANNELS 8

enum unisens_type {
    UNISENS_UNKNOWN,
    UNISENS_INT8,
    UNISENS_UINT8,
    UNISENS_INT16,
    UNISENS_UINT16,
    UNISENS_INT32,
    UNISENS_UINT32,
    UNISENS_FLOAT,
    UNISENS_DOUBLE
};

struct unisens_entry {
    char id[96]; /* file name, without folders */
    char content[24], unit[16], type_word[16];
    char channel[UNISENS_CHANNELS][24];
    size_t n_channels;
    double rate_hz, lsb, baseline; /* rate: NaN unknown */
    int resolution_bits;           /* 0 unknown */
    enum unisens_type type;
    bool is_signal, is_binary, is_big_endian;
    bool is_csv;
    char separator, decimal; /* of a CSV; separator 0: one that is not read */
};

struct unisens_description {
    char start[40], version[8]; /* timestampStart as it is written */
    char person_id[64], serial[32], site[24], model[32];
    struct unisens_entry entry[UNISENS_ENTRIES];
    size_t n_entries, n_dropped; /* dropped: beyond the limit */
};

/* errors: YK_ERR_CORRUPT (no XML, or another kind of it), with the place and the reason */
enum yk_status unisens_description_parse(const char *text, size_t n, const char *name,
                                         struct unisens_description *out, struct failure *why);
/* The same of a file. errors: also YK_ERR_UNSUPPORTED (larger than any description), those of
 * reading */
enum yk_status unisens_description_read(struct byte_source *xml,
                                        struct unisens_description *out, struct failure *why);

size_t unisens_type_bytes(enum unisens_type type); /* 0 for unknown */
/* One number as it is stored. */
double unisens_value(const uint8_t *at, enum unisens_type type, bool is_big_endian);

#endif
