/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What unisens.xml says, see unisens_description.h. Format: Unisens 2.0 (Kirst and Ottenbacher,
 * Unisens - ein universelles Datenformat für Multisensordaten, Biosignalverarbeitung 2008).
 * Comments and participants' names are not looked at.
 */
#include "firmware-formats/unisens_description.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/xml_tags.h"
#include "src/base/bytes.h"
#include "src/base/text.h"

static const struct {
    const char *word;
    size_t bytes;
} TYPES[] = {
    [UNISENS_UNKNOWN] = {"", 0},      [UNISENS_INT8] = {"int8", 1},
    [UNISENS_UINT8] = {"uint8", 1},   [UNISENS_INT16] = {"int16", 2},
    [UNISENS_UINT16] = {"uint16", 2}, [UNISENS_INT32] = {"int32", 4},
    [UNISENS_UINT32] = {"uint32", 4}, [UNISENS_FLOAT] = {"float", 4},
    [UNISENS_DOUBLE] = {"double", 8},
};

size_t unisens_type_bytes(enum unisens_type type)
{
    return TYPES[type].bytes;
}

double unisens_value(const uint8_t *at, enum unisens_type type, bool is_big_endian)
{
    uint8_t turned[8];
    size_t n = TYPES[type].bytes;
    for (size_t i = 0; i < n; i++) {
        turned[i] = at[is_big_endian ? n - 1 - i : i];
    }
    float single;
    double value;
    uint64_t bits;
    switch (type) {
    case UNISENS_INT8:
        return (int8_t)turned[0];
    case UNISENS_UINT8:
        return turned[0];
    case UNISENS_INT16:
        return get_i16le(turned);
    case UNISENS_UINT16:
        return get_u16le(turned);
    case UNISENS_INT32:
        return (int32_t)get_u32le(turned);
    case UNISENS_UINT32:
        return get_u32le(turned);
    case UNISENS_FLOAT: {
        uint32_t word = get_u32le(turned);
        memcpy(&single, &word, sizeof single);
        return (double)single;
    }
    case UNISENS_DOUBLE:
        bits = get_u64le(turned);
        memcpy(&value, &bits, sizeof value);
        return value;
    case UNISENS_UNKNOWN:
    default:
        return NAN;
    }
}

/* ---- attributes ---- */

static void copy(char *to, size_t room, const char *value)
{
    if (value == NULL) {
        return;
    }
    size_t n = 0;
    while (value[n] != '\0') {
        size_t k = text_utf8_length(value + n);
        k = k > 0 ? k : 1;
        if (n + k >= room) {
            break;
        }
        for (size_t i = 0; i < k; i++) {
            to[n + i] = (unsigned char)value[n + i] < 0x20 ? ' ' : value[n + i];
        }
        n += k;
    }
    to[n] = '\0';
}

static double number(const char *value, double fallback)
{
    double out = fallback;
    if (value == NULL || !text_parse_double(value, strlen(value), &out)) {
        return fallback;
    }
    return out;
}

static enum unisens_type type_of(const char *word)
{
    for (size_t i = 1; word != NULL && i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(TYPES[i].word, word) == 0) {
            return (enum unisens_type)i;
        }
    }
    return UNISENS_UNKNOWN;
}

static void take_entry(struct unisens_description *out, const struct xml_tags *xml)
{
    const char *id = xml_tags_value(xml, "id");
    if (id == NULL || *id == '\0' || *id == '.' || strchr(id, '/') != NULL ||
        strchr(id, '\\') != NULL || strlen(id) >= sizeof out->entry[0].id) {
        return; /* what leads out of the folder is nothing of the measurement's */
    }
    if (out->n_entries == UNISENS_ENTRIES) {
        out->n_dropped++;
        return;
    }
    struct unisens_entry *entry = &out->entry[out->n_entries++];
    *entry = (struct unisens_entry){.is_signal = strcmp(xml->name, "signalEntry") == 0};
    copy(entry->id, sizeof entry->id, id);
    copy(entry->content, sizeof entry->content, xml_tags_value(xml, "contentClass"));
    copy(entry->unit, sizeof entry->unit, xml_tags_value(xml, "unit"));
    copy(entry->type_word, sizeof entry->type_word, xml_tags_value(xml, "dataType"));
    entry->type = type_of(xml_tags_value(xml, "dataType"));
    entry->rate_hz = number(xml_tags_value(xml, "sampleRate"), NAN);
    entry->lsb = number(xml_tags_value(xml, "lsbValue"), 1);
    entry->baseline = number(xml_tags_value(xml, "baseline"), 0);
    double bits = number(xml_tags_value(xml, "adcResolution"), 0);
    entry->resolution_bits = bits >= 1 && bits <= 32 ? (int)bits : 0;
}

static void take_custom(struct unisens_description *out, const struct xml_tags *xml)
{
    const struct {
        const char *key;
        char *to;
        size_t room;
    } known[] = {{"personId", out->person_id, sizeof out->person_id},
                 {"sensorSerialNumber", out->serial, sizeof out->serial},
                 {"sensorLocation", out->site, sizeof out->site},
                 {"sensorType", out->model, sizeof out->model}};
    const char *key = xml_tags_value(xml, "key");
    for (size_t i = 0; key != NULL && i < sizeof known / sizeof *known; i++) {
        if (strcmp(key, known[i].key) == 0) {
            copy(known[i].to, known[i].room, xml_tags_value(xml, "value"));
        }
    }
}

static void take_tag(struct unisens_description *out, const struct xml_tags *xml,
                     bool *is_inside)
{
    struct unisens_entry *entry =
        *is_inside && out->n_entries > 0 ? &out->entry[out->n_entries - 1] : NULL;
    size_t length = strlen(xml->name);
    bool is_entry = length > 5 && strcmp(xml->name + length - 5, "Entry") == 0;
    if (xml->is_end) {
        *is_inside = *is_inside && !is_entry;
    } else if (is_entry) {
        size_t before = out->n_entries;
        take_entry(out, xml);
        *is_inside = out->n_entries > before && !xml->is_empty;
    } else if (strcmp(xml->name, "customAttribute") == 0 && entry == NULL) {
        take_custom(out, xml);
    } else if (entry != NULL && strcmp(xml->name, "binFileFormat") == 0) {
        const char *order = xml_tags_value(xml, "endianess");
        entry->is_binary = true;
        entry->is_big_endian = order != NULL && strcmp(order, "BIG") == 0;
    } else if (entry != NULL && strcmp(xml->name, "channel") == 0) {
        if (entry->n_channels < UNISENS_CHANNELS) {
            copy(entry->channel[entry->n_channels], sizeof entry->channel[0],
                 xml_tags_value(xml, "name"));
        }
        entry->n_channels++;
    }
}

enum yk_status unisens_description_parse(const char *text, size_t n, const char *name,
                                         struct unisens_description *out, struct failure *why)
{
    struct xml_tags xml;
    bool is_inside = false, is_first = true;
    *out = (struct unisens_description){.n_entries = 0};
    xml_tags_init(&xml, text, n);
    while (xml_tags_next(&xml)) {
        if (is_first && (xml.is_end || strcmp(xml.name, "unisens") != 0)) {
            return failure_set(why, YK_ERR_CORRUPT, "%s: <%s> is the first tag, not <unisens>",
                               name, xml.name);
        }
        if (is_first) {
            copy(out->start, sizeof out->start, xml_tags_value(&xml, "timestampStart"));
            copy(out->version, sizeof out->version, xml_tags_value(&xml, "version"));
            is_first = false;
        } else {
            take_tag(out, &xml, &is_inside);
        }
    }
    if (xml.fault != NULL || is_first) {
        return failure_set_at(
            why, YK_ERR_CORRUPT, (int64_t)(xml.at - xml.start), "%s: %s, at byte %zu", name,
            xml.fault != NULL ? xml.fault : "no tag at all", (size_t)(xml.at - xml.start));
    }
    return YK_OK;
}
