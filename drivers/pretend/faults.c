/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The language of faults (faults.h): reading it, and counting events until one is due.
 */
#include "drivers/pretend/faults.h"

#include <ctype.h>
#include <string.h>

#include "src/base/text.h"

#define ON(place) (1u << (place))

/* Each word, and the places where it has a meaning. */
struct word {
    const char *text;
    unsigned places;
};
static const struct word words[WHAT_COUNT] = {
    [WHAT_NONE] = {"none", 0},
    [WHAT_STALL] = {"stall",
                    ON(PLACE_SCSI) | ON(PLACE_SERIAL) | ON(PLACE_CONTROL) | ON(PLACE_TRANSFER)},
    [WHAT_STALLCBW] = {"stallcbw", ON(PLACE_SCSI)},
    [WHAT_STALLCSW] = {"stallcsw", ON(PLACE_SCSI)},
    [WHAT_HANG] = {"hang",
                   ON(PLACE_SCSI) | ON(PLACE_SERIAL) | ON(PLACE_CONTROL) | ON(PLACE_TRANSFER)},
    [WHAT_HANGCSW] = {"hangcsw", ON(PLACE_SCSI)},
    [WHAT_DELAY] = {"delay", ON(PLACE_SCSI) | ON(PLACE_SERIAL)},
    [WHAT_SHORT] = {"short", ON(PLACE_SCSI) | ON(PLACE_VOLUME)},
    [WHAT_LIE] = {"lie", ON(PLACE_SCSI)},
    [WHAT_OVER] = {"over", ON(PLACE_SCSI) | ON(PLACE_TRANSFER)},
    [WHAT_PROTO] = {"proto", ON(PLACE_SCSI) | ON(PLACE_TRANSFER)},
    [WHAT_CRC] = {"crc", ON(PLACE_SCSI) | ON(PLACE_TRANSFER)},
    [WHAT_FLIP] = {"flip", ON(PLACE_SCSI)},
    [WHAT_TAG] = {"tag", ON(PLACE_SCSI)},
    [WHAT_SIG] = {"sig", ON(PLACE_SCSI)},
    [WHAT_CSW12] = {"csw12", ON(PLACE_SCSI)},
    [WHAT_FAIL] = {"fail", ON(PLACE_SCSI) | ON(PLACE_SECTOR)},
    [WHAT_NOTREADY] = {"notready", ON(PLACE_SCSI)},
    [WHAT_PHASE] = {"phase", ON(PLACE_SCSI)},
    [WHAT_UNPLUG] = {"unplug", ON(PLACE_SCSI) | ON(PLACE_SERIAL) | ON(PLACE_CONTROL) |
                                   ON(PLACE_TRANSFER) | ON(PLACE_BYTES)},
    [WHAT_DROP] = {"drop", ON(PLACE_SERIAL)},
    [WHAT_SPLIT] = {"split", ON(PLACE_SERIAL)},
    [WHAT_GARBLE] = {"garble", ON(PLACE_SERIAL) | ON(PLACE_SECTOR)},
    [WHAT_LONG] = {"long", ON(PLACE_SERIAL)},
    [WHAT_NOISE] = {"noise", ON(PLACE_SERIAL)},
    [WHAT_PART] = {"part", ON(PLACE_SERIAL)},
    [WHAT_LOCKED] = {"locked", ON(PLACE_SERIAL) | ON(PLACE_DEVICE)},
    [WHAT_UNKNOWN] = {"unknown", ON(PLACE_SERIAL)},
    [WHAT_REFUSE] = {"refuse", ON(PLACE_SERIAL)},
    [WHAT_FORGET] = {"forget", ON(PLACE_SERIAL)},
    [WHAT_BLANK] = {"blank", ON(PLACE_SECTOR)},
    [WHAT_ID] = {"id", ON(PLACE_DEVICE)},
    [WHAT_USBID] = {"usbid", ON(PLACE_DEVICE)},
    [WHAT_BATTERY] = {"battery", ON(PLACE_DEVICE)},
    [WHAT_BATTRAW] = {"battraw", ON(PLACE_DEVICE)},
    [WHAT_CLOCK2000] = {"clock2000", ON(PLACE_DEVICE)},
    [WHAT_CLOCKSTUCK] = {"clockstuck", ON(PLACE_DEVICE)},
    [WHAT_MODEM] = {"modem", ON(PLACE_DEVICE)},
    [WHAT_BOOTLOADER] = {"bootloader", ON(PLACE_DEVICE)},
    [WHAT_WIPE] = {"wipe", ON(PLACE_DEVICE)},
    [WHAT_NOECC] = {"noecc", ON(PLACE_DEVICE)},
    [WHAT_SELFTEST] = {"selftest", ON(PLACE_DEVICE)},
    [WHAT_SPARE] = {"spare", ON(PLACE_DEVICE)},
    [WHAT_DENIED] = {"denied", ON(PLACE_DEVICE)},
    [WHAT_CLAIMED] = {"claimed", ON(PLACE_DEVICE)},
    [WHAT_MOUNTED] = {"mounted", ON(PLACE_DEVICE)},
    [WHAT_UNREADABLE] = {"unreadable", ON(PLACE_DEVICE)},
    [WHAT_FATLOOP] = {"fatloop", ON(PLACE_VOLUME)},
    [WHAT_FATFREE] = {"fatfree", ON(PLACE_VOLUME)},
    [WHAT_FATBAD] = {"fatbad", ON(PLACE_VOLUME)},
    [WHAT_FATCUT] = {"fatcut", ON(PLACE_VOLUME)},
    [WHAT_FATZERO] = {"fatzero", ON(PLACE_VOLUME)},
    [WHAT_FATGONE] = {"fatgone", ON(PLACE_VOLUME)},
    [WHAT_NOBOOT] = {"noboot", ON(PLACE_VOLUME)},
    [WHAT_NOMBR] = {"nombr", ON(PLACE_VOLUME)},
    [WHAT_NOFILE] = {"nofile", ON(PLACE_VOLUME)},
    [WHAT_FRAGMENTED] = {"fragmented", ON(PLACE_VOLUME)},
    [WHAT_TORN] = {"torn", ON(PLACE_VOLUME)},
    [WHAT_NOHEADER] = {"noheader", ON(PLACE_VOLUME)},
    [WHAT_OTHERHEADER] = {"otherheader", ON(PLACE_VOLUME)},
    [WHAT_OTHERID] = {"otherid", ON(PLACE_VOLUME)},
};

struct place_word {
    const char *text;
    enum pretend_place place;
    int code;
};
static const struct place_word places[] = {
    {"cdc", PLACE_SERIAL, PRETEND_ANY},
    {"scsi", PLACE_SCSI, PRETEND_ANY},
    {"tur", PLACE_SCSI, 0x00},
    {"sense", PLACE_SCSI, 0x03},
    {"inquiry", PLACE_SCSI, 0x12},
    {"modesense", PLACE_SCSI, 0x1a},
    {"fmtcap", PLACE_SCSI, 0x23},
    {"readcap", PLACE_SCSI, 0x25},
    {"read10", PLACE_SCSI, 0x28},
    {"write10", PLACE_SCSI, 0x2a},
    {"maxlun", PLACE_CONTROL, 0xfe},
    {"msreset", PLACE_CONTROL, 0xff},
    {"linecoding", PLACE_CONTROL, 0x20},
    {"transfer", PLACE_TRANSFER, PRETEND_ANY},
    {"bytes", PLACE_BYTES, PRETEND_ANY},
    {"sector", PLACE_SECTOR, PRETEND_ANY},
    {"device", PLACE_DEVICE, PRETEND_ANY},
    {"volume", PLACE_VOLUME, PRETEND_ANY},
};

struct piece {
    const char *at;
    size_t n;
};

static bool is_word(struct piece piece, const char *word)
{
    return strlen(word) == piece.n && memcmp(piece.at, word, piece.n) == 0;
}

/* Cuts off what stands before a mark; the mark goes, too. False, and all of it, without one. */
static bool cut(struct piece *rest, char mark, struct piece *head)
{
    const char *at = rest->n > 0 ? memchr(rest->at, mark, rest->n) : NULL;
    if (at == NULL) {
        *head = *rest;
        *rest = (struct piece){rest->at + rest->n, 0};
        return false;
    }
    *head = (struct piece){rest->at, (size_t)(at - rest->at)};
    *rest = (struct piece){at + 1, rest->n - head->n - 1};
    return true;
}

static bool read_number(struct piece piece, uint64_t *out)
{
    int64_t value = 0;
    if (!text_parse_int64(piece.at, piece.n, &value) || value < 0) {
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

static bool read_where(struct piece where, struct pretend_fault *out)
{
    struct piece name = where;
    struct piece head;
    if (cut(&name, '/', &head)) {
        if (!is_word(head, "cdc") || name.n == 0 || name.n >= sizeof out->command) {
            return false;
        }
        for (size_t i = 0; i < name.n; i++) {
            out->command[i] = (char)tolower((unsigned char)name.at[i]);
        }
        where = head;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (is_word(where, places[i].text)) {
            out->place = places[i].place;
            out->code = places[i].code;
            return true;
        }
    }
    return false;
}

static bool read_when(struct piece when, struct pretend_fault *out)
{
    bool is_state = out->place == PLACE_DEVICE || out->place == PLACE_VOLUME;
    if (is_word(when, "*")) {
        return out->place != PLACE_SECTOR && out->place != PLACE_BYTES;
    }
    if (when.n > 0 && when.at[when.n - 1] == '+') {
        out->is_onwards = true;
        when.n--;
    }
    /* Sectors and bytes are counted from 0; internally everything is from 1. */
    bool from_zero = out->place == PLACE_SECTOR || out->place == PLACE_BYTES;
    if (is_state || !read_number(when, &out->at) || (!from_zero && out->at == 0)) {
        return false;
    }
    out->at += from_zero ? 1 : 0;
    return true;
}

static bool read_what(struct piece what, struct pretend_fault *out)
{
    struct piece word;
    if (cut(&what, '=', &word)) {
        uint64_t number = 0;
        if (!read_number(what, &number)) {
            return false;
        }
        out->number = (int64_t)number;
    }
    for (size_t i = 1; i < WHAT_COUNT; i++) {
        if (is_word(word, words[i].text) && (words[i].places & ON(out->place)) != 0) {
            out->what = (enum pretend_what)i;
            return true;
        }
    }
    return false;
}

enum yk_status pretend_faults_add(struct pretend_faults *self, const char *text,
                                  struct failure *why)
{
    struct pretend_faults all = *self;
    struct piece rest = {text, text != NULL ? strlen(text) : 0};
    while (rest.n > 0) {
        struct piece one;
        struct piece where;
        struct piece when;
        (void)cut(&rest, ',', &one);
        struct piece left = one;
        struct pretend_fault fault = {.number = -1};
        if (!cut(&left, ':', &where) || !cut(&left, ':', &when) || !read_where(where, &fault) ||
            !read_when(when, &fault) || !read_what(left, &fault)) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "'%.*s' is no fault of a pretend recorder: they are written "
                               "<where>:<when>:<what>[=<number>], as in read10:9:stall",
                               (int)one.n, one.at);
        }
        if (all.n == PRETEND_FAULTS_MAX) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "a pretend recorder has at most %d faults at once",
                               PRETEND_FAULTS_MAX);
        }
        all.item[all.n++] = fault;
    }
    *self = all;
    return YK_OK;
}

static bool is_due(const struct pretend_fault *fault)
{
    return fault->at == 0 || fault->seen == fault->at ||
           (fault->is_onwards && fault->seen > fault->at);
}

const struct pretend_fault *pretend_fault_due(struct pretend_faults *self,
                                              enum pretend_place place, int code,
                                              const char *command)
{
    const struct pretend_fault *due = NULL;
    for (size_t i = 0; i < self->n; i++) {
        struct pretend_fault *fault = &self->item[i];
        if (fault->place != place || (fault->code != PRETEND_ANY && fault->code != code) ||
            (fault->command[0] != '\0' &&
             (command == NULL || strcmp(fault->command, command) != 0))) {
            continue;
        }
        fault->seen++;
        if (due == NULL && is_due(fault)) {
            due = fault;
        }
    }
    self->hit += due != NULL ? 1 : 0;
    return due;
}

const struct pretend_fault *pretend_fault_of_sector(struct pretend_faults *self,
                                                    uint64_t sector)
{
    for (size_t i = 0; i < self->n; i++) {
        struct pretend_fault *fault = &self->item[i];
        if (fault->place != PLACE_SECTOR || fault->at != sector + 1) {
            continue;
        }
        if (fault->number >= 0 && fault->seen >= (uint64_t)fault->number) {
            continue; /* healed */
        }
        fault->seen++;
        self->hit++;
        return fault;
    }
    return NULL;
}

bool pretend_fault_in_bytes(struct pretend_faults *self, uint64_t from, uint64_t n)
{
    for (size_t i = 0; i < self->n; i++) {
        struct pretend_fault *fault = &self->item[i];
        if (fault->place == PLACE_BYTES && fault->seen == 0 && fault->at > from &&
            fault->at <= from + n) {
            fault->seen = 1;
            self->hit++;
            return true;
        }
    }
    return false;
}

bool pretend_faults_have(const struct pretend_faults *self, enum pretend_place place)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->item[i].place == place) {
            return true;
        }
    }
    return false;
}

const struct pretend_fault *pretend_condition(const struct pretend_faults *self,
                                              enum pretend_place place, enum pretend_what what)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->item[i].place == place && self->item[i].what == what) {
            return &self->item[i];
        }
    }
    return NULL;
}

int64_t pretend_fault_number(const struct pretend_fault *fault, int64_t otherwise)
{
    return fault->number >= 0 ? fault->number : otherwise;
}
