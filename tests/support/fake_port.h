/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A USB device made of tables, for the drivers' tests: a bulk-only disk over an image in memory
 * and a serial port whose lines a callback answers. Any transfer can be made to fail in any
 * way. Time stands still unless something waits.
 *
 * On purpose much simpler than the pretend recorder: what it does wrong is said by the test,
 * not by a device's firmware.
 */
#ifndef TESTS_SUPPORT_FAKE_PORT_H
#define TESTS_SUPPORT_FAKE_PORT_H

#include "drivers/usb_port.h"
#include "src/base/text.h"

enum port_fault {
    PORT_NONE,
    PORT_UNPLUG,    /* this transfer and all that follow: no device */
    PORT_STALL,     /* the endpoint is halted until cleared */
    PORT_TIMEOUT,   /* nothing comes, now */
    PORT_DAMAGED,   /* bus error */
    PORT_BABBLE,    /* too many bytes */
    PORT_SHORT,     /* disk: half of the data, said so in the residue */
    PORT_LIE,       /* disk: half of the data, residue 0 */
    PORT_PADDED,    /* disk: all of the data, but only half of it counts */
    PORT_GLUED,     /* disk: half of the data and the status in one piece */
    PORT_EMPTY,     /* disk: an empty packet before the status */
    PORT_TAG,       /* disk: status of another command */
    PORT_SIGNATURE, /* disk: no status signature */
    PORT_CSW_SHORT, /* disk: 12 bytes of status */
    PORT_PHASE,     /* disk: phase error */
    PORT_RESIDUE,   /* disk: residue of more than was asked for */
    PORT_FAIL,      /* disk: the command fails (sense 3/11/00) */
    PORT_LOST,      /* serial: the reply is lost */
    PORT_SLIVERS,   /* serial: the reply comes byte by byte */
    PORT_NOISE,     /* serial: a line of junk before the reply */
    PORT_LATE,      /* serial: the reply comes behind the next one's time-out */
    PORT_FAULTS
};

struct fake_port {
    struct usb_port base;
    bool is_gone, is_closed;
    /* Faults: transfer number fault_at (from 1; control requests count) fails so, and those
     * behind it too when fault_stays. */
    uint64_t n_transfers, fault_at;
    enum port_fault fault;
    bool fault_stays;
    int64_t now, utc_base_ns; /* milliseconds; when now was 0 */
    /* Disk. */
    uint8_t *disk;                 /* borrowed */
    uint64_t n_blocks, last_block; /* what is there, and what READ CAPACITY says */
    uint32_t bad_block;            /* reading it fails with a medium error; 0: none */
    int n_bad;                     /* so many times; -1: always */
    int n_not_ready;               /* TEST UNIT READY fails so many times */
    bool has_attention;            /* once */
    int stage;                     /* 0 command, 1 data, 2 status, 3 needs a reset */
    bool is_in_halted, is_out_halted;
    uint8_t data[1 << 20], sense[18];
    size_t data_n, data_asked;
    uint8_t csw[13];
    enum port_fault stage_fault;
    unsigned n_resets, n_commands;
    uint64_t n_blocks_read;
    /* Serial. */
    void (*on_line)(struct fake_port *self, const char *line);
    void *user;
    char line[256];
    size_t line_n;
    struct text reply;
    struct text late; /* comes at late_at */
    int64_t late_at;
    enum port_fault serial_fault;
    bool is_serial_halted;
    unsigned n_lines;
    /* Transfers in flight. */
    struct fake_flight {
        bool is_used;
        uint8_t endpoint;
        uint8_t *data;
        size_t length;
    } flights[USB_STARTED_MAX];
};

/* An AX3 of the second generation (three interfaces), or of the first (two). */
void fake_port_init(struct fake_port *self, int generation);
void fake_port_release(struct fake_port *self);
/* Without start() and finish(). */
void fake_port_ground(struct fake_port *self);
/* Adds a line, ended by CR LF, to what the serial port gives. */
void fake_port_say(struct fake_port *self, const char *line);

/* A bus with this one port on it. The port outlives both. */
struct fake_bus {
    struct usb_bus base;
    struct fake_port *port;
};
void fake_bus_init(struct fake_bus *self, struct fake_port *port);

#endif
