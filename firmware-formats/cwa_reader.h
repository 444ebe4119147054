/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the .cwa reader: what its parts share. Nobody else includes this.
 *
 *     cwa.c            recognising, opening, what the file says about itself
 *     cwa_stream.c     bytes -> good sectors
 *     cwa_segment.c    sectors -> segments with a line of time through them
 *     cwa_blocks.c     segments -> sample blocks, events, report
 *     cwa_cursor.c     starting in the middle; blocks as stored
 *     cwa_exchange.c   the AX6 fault that exchanged accelerometer and gyroscope
 */
#ifndef FIRMWARE_FORMATS_CWA_READER_H
#define FIRMWARE_FORMATS_CWA_READER_H

#include "firmware-formats/cwa_layout.h"
#include "firmware-formats/cwa_stream.h"
#include "firmware-formats/opening.h"
#include "src/model/recording_source.h"

#define CWA_SLOTS 4  /* sectors looked at together: current, next ones, one to look ahead */
#define CWA_KNOTS 16 /* time points ahead of the current sample */
/* Clocks start at 2000-01-01 after a flat battery; no AX device was made before 2008. */
#define CWA_DOUBTFUL_BEFORE_NS (INT64_C(1199145600) * NS_PER_S)
#define CWA_STRIDE                                                                             \
    (UINT64_C(1) << 20) /* bytes of file for one place a cursor can start from                 \
                         */

/* Sample `i` of the segment belongs to time t_ns (UTC). */
struct cwa_knot {
    int64_t i, t_ns;
};

/* Why a segment begins with this sector. */
enum cwa_break {
    CWA_BREAK_NONE,
    CWA_BREAK_FIRST,   /* of the file or of the session */
    CWA_BREAK_RESTART, /* sequence 0, resume bit, or sequence going back */
    CWA_BREAK_SETUP,   /* rate, layout, scale or session changed */
    CWA_BREAK_LOST,    /* sectors are missing, and the time does not match their number */
    CWA_BREAK_JUMP     /* sequence goes on, time does not */
};

/* A good sector that waits for its samples to be given out. */
struct cwa_slot {
    uint64_t pos;
    int64_t first;   /* index of its first sample within the segment, once linked */
    int64_t knot_ns; /* UTC of sample `anchor`, when has_time */
    uint32_t sequence, session, missing; /* missing: samples lost right before it */
    int32_t anchor;
    uint16_t count, light_word, temperature_word, ancient_hz;
    uint8_t layout, rate_code, events, battery;
    uint8_t why;             /* enum cwa_break */
    bool has_time, is_stray; /* stray: its time stamp is out of line and not used */
};

struct cwa_segment {
    struct cwa_knot first, last;    /* time points used */
    struct cwa_knot stamp_0, stamp; /* first and last time stamp, used as a point or not */
    double lead_ns;                 /* ns per sample before the first point */
    int64_t next_index;             /* after the last linked sector */
    struct cwa_slot tail;           /* the last linked sector */
    uint32_t exchanged;     /* AX6 samples since the start of logging with exchanged triples */
    bool is_open, is_ended; /* ended: the sector behind the linked ones begins another one */
    bool is_ancient, is_doubtful;
};

/* Everything a second reader needs to go on from here, but the bytes: plain values only. */
struct cwa_state {
    uint64_t next_pos;                      /* of the stream: behind the last slot */
    struct cwa_slot slot[CWA_SLOTS];        /* ring */
    uint32_t head, n_slots, n_linked, used; /* used: samples of the first slot given out */
    struct cwa_segment segment;
    struct cwa_knot before;           /* last knot at or before the current sample */
    struct cwa_knot queue[CWA_KNOTS]; /* the ones after it */
    uint32_t n_queue;
    bool has_before, has_previous, is_at_end, has_read, has_carry;
    int64_t previous_end_ns; /* end of the block given out last, when has_previous */
    int16_t carry[3];        /* exchanged AX6 samples: second triple of the sample before */
    uint32_t carry_sequence;
    uint32_t session, session_number;  /* of the sector read last */
    uint32_t last_sequence, last_time; /* of the sector read last, to notice repeats */
};

/* A place to start from, with the range of time of the blocks up to the next place. */
struct cwa_place {
    struct cwa_state state;
    int64_t first_ns, last_ns; /* smallest start, largest end */
};

/* What opening found out; constant afterwards. */
struct cwa_facts {
    struct cwa_header header;
    bool has_header;
    bool fraction_is_id; /* field 4 holds a device id >= 32768, no fraction */
    bool with_gyro;
    int session;                   /* wanted; -1: all */
    uint32_t session_id;           /* of the wanted one */
    uint64_t data_start, data_end; /* data_end: whole sectors; the size at open */
    uint64_t last_good;            /* position of the last good sector, UINT64_MAX: none */
    int64_t wall_minus_utc_ns;
};

struct cwa_reader {
    struct recording_source base;
    struct byte_source *bytes;
    struct wall_clock clock;
    bool owns_bytes, is_cursor;
    struct cwa_facts facts;
    struct cwa_stream stream;
    struct cwa_state now;
    const uint8_t *raw[CWA_SLOTS]; /* bytes of the slots: in the stream's buffer, or in own */
    uint8_t own[CWA_SLOTS][CWA_SECTOR_BYTES];
    struct cwa_place *place; /* NULL in cursors */
    size_t n_places, places_capacity;
    bool places_are_complete;    /* was read to the end */
    bool is_finished;            /* report closed */
    double rate_samples, rate_s; /* over all segments: for the observed rate */
};

/* What the next block will be. */
struct cwa_plan {
    int64_t t0_ns;
    double period_ns;
    uint32_t n;
};

static inline struct cwa_slot *cwa_slot_at(struct cwa_reader *self, uint32_t j)
{
    return &self->now.slot[(self->now.head + j) % CWA_SLOTS];
}

static inline const uint8_t *cwa_raw_at(const struct cwa_reader *self, uint32_t j)
{
    return self->raw[(self->now.head + j) % CWA_SLOTS];
}

/* cwa_segment.c */
struct cwa_slot cwa_slot_of(const struct cwa_facts *facts, uint64_t pos,
                            const struct cwa_sector *sector);
double cwa_slot_rate_hz(const struct cwa_slot *slot);
bool cwa_slots_agree(const struct cwa_slot *a, const struct cwa_slot *b); /* setup, session */
/* Counts, and skips, a sector that cannot be used. */
void cwa_count_bad(struct cwa_reader *self, uint64_t pos, uint32_t length,
                   enum cwa_fault fault);
/* Finds out what the next block of at most `capacity` samples is, reading ahead as needed.
 * YK_END when there is none. Calling it twice gives the same answer. */
enum yk_status cwa_plan_next(struct cwa_reader *self, uint32_t capacity, struct cwa_plan *plan,
                             struct failure *why);
/* The next good sector of the wanted session into the ring. YK_END: no more. */
enum yk_status cwa_read_slot(struct cwa_reader *self, struct failure *why);

/* cwa_blocks.c */
enum yk_status cwa_next_samples(struct recording_source *source, struct sample_block *block,
                                struct failure *why);
enum yk_status cwa_rewind(struct recording_source *source, struct failure *why);
/* Samples [from, from + n) of a sector as they are stored, to block[at ...]. */
void cwa_decode_plain(uint8_t layout, uint16_t light_word, const uint8_t *raw, uint32_t from,
                      uint32_t n, struct sample_block *block, uint32_t at);
/* Goes past the planned block. */
void cwa_consume(struct cwa_reader *self, const struct cwa_plan *plan);

/* cwa_cursor.c */
enum yk_status cwa_open_at(struct recording_source *source, int64_t from_ns,
                           struct recording_source **out, struct failure *why);
enum yk_status cwa_next_device_block(struct recording_source *source,
                                     struct sample_block *block, struct device_block *stored,
                                     struct failure *why);
void cwa_close(struct recording_source *source);

/* cwa_exchange.c: number of exchanged samples at this start of logging, 0: none. slot: the
 * first sector of a segment. */
uint32_t cwa_exchange_find(struct cwa_reader *self, const struct cwa_slot *slot);

#endif
