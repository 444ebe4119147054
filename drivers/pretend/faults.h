/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can go wrong with a pretend recorder, as text, so that a test, a command line and an
 * environment variable can all carry it:
 *
 *     <where>:<when>:<what>[=<number>][,...]
 *
 * where    cdc              a line on the serial port
 *          cdc/NAME         a line that is the command NAME ("cdc/commit")
 *          scsi             any command to the disk
 *          inquiry tur sense readcap read10 write10 modesense fmtcap
 *                           that command
 *          maxlun linecoding msreset
 *                           that request on the control endpoint
 *          transfer         any transfer, on whichever endpoint
 *          bytes            the disk's data, counted in bytes since the bus was opened
 *          sector           a sector of the recording: `when` is its number, from 0
 *          device, volume   a standing condition: `when` is *
 * when     N                the Nth time, from 1 (N+: from then on; *: always)
 *
 * what, in commands to the disk (a number says at which byte; half way otherwise)
 *   stall     halt bulk-in within the data     hang      stop answering within the data
 *   stallcbw  halt bulk-out at the command     hangcsw   all data, never the status
 *   stallcsw  halt bulk-in once at the status  delay=MS  answer late (100)
 *   short     half the data, honest residue    lie       half the data, residue 0
 *   over      babble                           proto crc bus errors
 *   flip      one bit wrong, silently          tag sig   status with wrong tag, signature
 *   csw12     status of 12 bytes               phase     phase error
 *   fail      sense 3/11/00                    notready  sense 2/3A/00
 *   unplug    vanish
 * what, on the serial port
 *   drop      no reply                         delay=MS  late reply (100)
 *   hang      never answers again              part      half the reply
 *   split=N   packets of N bytes (1)           long=N    N bytes without line end (4096)
 *   garble    one bit wrong                    noise     a stray line before the reply
 *   locked    "ERROR: Locked." before it       unknown   "ERROR: Unknown command: ..."
 *   refuse    COMMIT, FORMAT: the error line at the end instead of doing it
 *   forget    the reply is right, the value is not kept
 *   stall     halt bulk-in                     unplug    vanish half way through the reply
 * what, on the control endpoint: stall, hang, unplug
 * what, in any transfer: stall, hang (this one never ends), proto, crc, over, unplug
 * what, at a byte: unplug
 * what, in a sector (a number says for how many reads; for ever otherwise)
 *   garble    delivered as if good             blank     delivered as 0xFF
 *   fail      sense 3/11/00
 *
 * device   id=N        `ID` says N while the USB serial says otherwise
 *          usbid=N     the USB serial says N while everything else says otherwise
 *          battery=N   percent                 battraw=N  the converter's reading
 *          clock2000   stands at 2000-01-01 at every plugging in
 *          clockstuck  does not advance        modem      a modem probe in the line buffer
 *          bootloader  never leaves it         wipe=S     seconds that wiping takes (3)
 *          locked      by a code               noecc      records without correction code
 *          selftest=N  word of STATUS 1        spare=N    spare blocks of STATUS 3
 *          denied, claimed, mounted, unreadable: cannot be used, and why
 * volume   fatloop=K fatfree=K fatbad=K fatcut=K
 *                      link K of the recording's chain (the middle) goes back to its start, to
 *                      "free", to "bad", or ends it
 *          fatzero     the first table is empty, the second is sound
 *          fatgone     both are empty          noboot     the boot sector is 0xFF
 *          nombr       no partition table, boot sector first
 *          nofile      no recording in the root directory
 *          fragmented  every two clusters in the wrong order
 *          short=N     directory entry and chain end N bytes (524288) before the data do
 *          torn=N      N bytes (100) of another sector behind the last
 *          noheader    the recording's header is 0xFF
 *          otherheader it names another session than the data
 *          otherid     it names another device than the USB serial
 *
 * A condition of the volume ends with the next FORMAT.
 */
#ifndef DRIVERS_PRETEND_FAULTS_H
#define DRIVERS_PRETEND_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

#define PRETEND_FAULTS_MAX 32

enum pretend_place {
    PLACE_SERIAL,
    PLACE_SCSI,
    PLACE_CONTROL,
    PLACE_TRANSFER,
    PLACE_BYTES,
    PLACE_SECTOR,
    PLACE_DEVICE,
    PLACE_VOLUME,
    PLACE_COUNT
};

enum pretend_what {
    WHAT_NONE,
    /* moments */
    WHAT_STALL,
    WHAT_STALLCBW,
    WHAT_STALLCSW,
    WHAT_HANG,
    WHAT_HANGCSW,
    WHAT_DELAY,
    WHAT_SHORT,
    WHAT_LIE,
    WHAT_OVER,
    WHAT_PROTO,
    WHAT_CRC,
    WHAT_FLIP,
    WHAT_TAG,
    WHAT_SIG,
    WHAT_CSW12,
    WHAT_FAIL,
    WHAT_NOTREADY,
    WHAT_PHASE,
    WHAT_UNPLUG,
    WHAT_DROP,
    WHAT_SPLIT,
    WHAT_GARBLE,
    WHAT_LONG,
    WHAT_NOISE,
    WHAT_PART,
    WHAT_LOCKED,
    WHAT_UNKNOWN,
    WHAT_REFUSE,
    WHAT_FORGET,
    WHAT_BLANK,
    /* conditions */
    WHAT_ID,
    WHAT_USBID,
    WHAT_BATTERY,
    WHAT_BATTRAW,
    WHAT_CLOCK2000,
    WHAT_CLOCKSTUCK,
    WHAT_MODEM,
    WHAT_BOOTLOADER,
    WHAT_WIPE,
    WHAT_NOECC,
    WHAT_SELFTEST,
    WHAT_SPARE,
    WHAT_DENIED,
    WHAT_CLAIMED,
    WHAT_MOUNTED,
    WHAT_UNREADABLE,
    WHAT_FATLOOP,
    WHAT_FATFREE,
    WHAT_FATBAD,
    WHAT_FATCUT,
    WHAT_FATZERO,
    WHAT_FATGONE,
    WHAT_NOBOOT,
    WHAT_NOMBR,
    WHAT_NOFILE,
    WHAT_FRAGMENTED,
    WHAT_TORN,
    WHAT_NOHEADER,
    WHAT_OTHERHEADER,
    WHAT_OTHERID,
    WHAT_COUNT
};

#define PRETEND_ANY (-1) /* PLACE_SCSI: whichever command */

struct pretend_fault {
    enum pretend_place place;
    int code;         /* SCSI operation or control request; PRETEND_ANY */
    char command[16]; /* PLACE_SERIAL: lower case; "": whichever */
    uint64_t at;      /* 0: always */
    bool is_onwards;
    enum pretend_what what;
    int64_t number; /* -1: not given */
    uint64_t seen;
};

struct pretend_faults {
    struct pretend_fault item[PRETEND_FAULTS_MAX];
    size_t n;
    uint64_t hit; /* how many took effect */
};

/* Adds what the text names; NULL and "" add nothing. On failure nothing is added.
 * errors: YK_ERR_ARGUMENT, with the part that was not understood */
enum yk_status pretend_faults_add(struct pretend_faults *self, const char *text,
                                  struct failure *why);
/* Counts one event in every fault that waits for it and returns the one that is due, or NULL.
 * code: SCSI operation or control request; command: serial command in lower case or NULL. */
const struct pretend_fault *pretend_fault_due(struct pretend_faults *self,
                                              enum pretend_place place, int code,
                                              const char *command);
/* The fault of this sector if it is due at this reading, or NULL. */
const struct pretend_fault *pretend_fault_of_sector(struct pretend_faults *self,
                                                    uint64_t sector);
/* Whether one is due among n bytes of the disk's data, from byte `from` on. */
bool pretend_fault_in_bytes(struct pretend_faults *self, uint64_t from, uint64_t n);
/* Whether any fault is for a place: lets the fast paths stay fast. */
bool pretend_faults_have(const struct pretend_faults *self, enum pretend_place place);
/* A standing condition, or NULL. */
const struct pretend_fault *pretend_condition(const struct pretend_faults *self,
                                              enum pretend_place place, enum pretend_what what);
/* Its number, or `otherwise` when it was given without one. */
int64_t pretend_fault_number(const struct pretend_fault *fault, int64_t otherwise);

#endif
