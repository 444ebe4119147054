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

#include "firmware-formats/xml_scan.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#define XML_MOST ((size_t)1 << 20)

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

/* Whether the tag's name, a namespace's prefix aside, ends with this. */
static bool ends_with(const struct xml_scan *xml, const char *with, bool is_whole)
{
    size_t n = strlen(with);
    if (xml->name_n < n || memcmp(xml->name + xml->name_n - n, with, n) != 0) {
        return false;
    }
    return !is_whole || xml->name_n == n || xml->name[xml->name_n - n - 1] == ':';
}

static bool is_tag(const struct xml_scan *xml, const char *name)
{
    return ends_with(xml, name, true);
}

/* An attribute in whole UTF-8 without control characters, cut at a whole character; false when
 * it is not there. */
static bool take_text(const struct xml_scan *xml, const char *name, char *to, size_t room)
{
    char value[256];
    if (!xml_scan_attribute(xml, name, value, sizeof value)) {
        return false;
    }
    size_t from = 0, n = 0;
    while (value[from] != '\0') {
        size_t k = utf8_length(value + from);
        if (n + (k > 0 ? k : 1) >= room) {
            break;
        }
        if (k == 0 || (unsigned char)value[from] < 0x20) {
            to[n++] = '_';
            from++;
        }
        for (; k > 0 && (unsigned char)value[from] >= 0x20; k--) {
            to[n++] = value[from++];
        }
    }
    to[n] = '\0';
    return true;
}

static double take_number(const struct xml_scan *xml, const char *name, double fallback)
{
    char value[64];
    double out = fallback;
    bool is_one = xml_scan_attribute(xml, name, value, sizeof value) &&
                  text_parse_double(value, strlen(value), &out);
    return is_one ? out : fallback;
}

static enum unisens_type type_of(const char *word)
{
    for (size_t i = 1; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(TYPES[i].word, word) == 0) {
            return (enum unisens_type)i;
        }
    }
    return UNISENS_UNKNOWN;
}

/* false when it is nothing of the measurement's: its name leads out of the folder. */
static bool take_entry(struct unisens_description *out, const struct xml_scan *xml)
{
    struct unisens_entry entry = {.is_signal = is_tag(xml, "signalEntry")};
    char id[sizeof entry.id + 1];
    if (!xml_scan_attribute(xml, "id", id, sizeof id) || *id == '\0' || *id == '.' ||
        strchr(id, '/') != NULL || strchr(id, '\\') != NULL || strlen(id) >= sizeof entry.id) {
        return false;
    }
    if (out->n_entries == UNISENS_ENTRIES) {
        out->n_dropped++;
        return false;
    }
    memcpy(entry.id, id, strlen(id) + 1);
    take_text(xml, "contentClass", entry.content, sizeof entry.content);
    take_text(xml, "unit", entry.unit, sizeof entry.unit);
    take_text(xml, "dataType", entry.type_word, sizeof entry.type_word);
    entry.type = type_of(entry.type_word);
    entry.rate_hz = take_number(xml, "sampleRate", NAN);
    entry.lsb = take_number(xml, "lsbValue", 1);
    entry.baseline = take_number(xml, "baseline", 0);
    double bits = take_number(xml, "adcResolution", 0);
    entry.resolution_bits = bits >= 1 && bits <= 32 ? (int)bits : 0;
    out->entry[out->n_entries++] = entry;
    return true;
}

static void take_custom(struct unisens_description *out, const struct xml_scan *xml)
{
    const struct {
        const char *key;
        char *to;
        size_t room;
    } known[] = {{"personId", out->person_id, sizeof out->person_id},
                 {"sensorSerialNumber", out->serial, sizeof out->serial},
                 {"sensorLocation", out->site, sizeof out->site},
                 {"sensorType", out->model, sizeof out->model}};
    char key[32];
    xml_scan_attribute(xml, "key", key, sizeof key);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(key, known[i].key) == 0) {
            take_text(xml, "value", known[i].to, known[i].room);
        }
    }
}

static void take_format(struct unisens_entry *entry, const struct xml_scan *xml)
{
    char order[8];
    xml_scan_attribute(xml, "endianess", order, sizeof order);
    entry->is_binary = true;
    entry->is_big_endian = strcmp(order, "BIG") == 0;
}

static void take_csv(struct unisens_entry *entry, const struct xml_scan *xml)
{
    char separator[8] = "", decimal[8] = "";
    bool is_said = xml_scan_attribute(xml, "separator", separator, sizeof separator);
    xml_scan_attribute(xml, "decimalSeparator", decimal, sizeof decimal);
    bool is_tab = strcmp(separator, "\t") == 0 || strcmp(separator, "\\t") == 0;
    bool is_known = strcmp(separator, ";") == 0 || strcmp(separator, ",") == 0;
    entry->is_csv = true;
    entry->separator = is_tab ? '\t' : is_known ? *separator : is_said ? '\0' : ';';
    entry->decimal = *decimal == ',' ? ',' : '.';
}

static void take_tag(struct unisens_description *out, const struct xml_scan *xml,
                     bool *is_inside)
{
    struct unisens_entry *entry =
        *is_inside && out->n_entries > 0 ? &out->entry[out->n_entries - 1] : NULL;
    bool is_entry = ends_with(xml, "Entry", false);
    if (xml->kind == XML_END) {
        *is_inside = *is_inside && !is_entry;
    } else if (is_entry) {
        *is_inside = take_entry(out, xml);
    } else if (entry == NULL && is_tag(xml, "customAttribute")) {
        take_custom(out, xml);
    } else if (entry != NULL && is_tag(xml, "binFileFormat")) {
        take_format(entry, xml);
    } else if (entry != NULL && is_tag(xml, "csvFileFormat")) {
        take_csv(entry, xml);
    } else if (entry != NULL && is_tag(xml, "channel")) {
        if (entry->n_channels < UNISENS_CHANNELS) {
            take_text(xml, "name", entry->channel[entry->n_channels], sizeof entry->channel[0]);
        }
        entry->n_channels++;
    }
}

enum yk_status unisens_description_parse(const char *text, size_t n, const char *name,
                                         struct unisens_description *out, struct failure *why)
{
    struct xml_scan xml;
    bool is_inside = false, is_first = true;
    enum xml_kind kind;
    *out = (struct unisens_description){.n_entries = 0};
    xml_scan_init(&xml, text, n);
    while ((kind = xml_scan_next(&xml)) != XML_DONE && kind != XML_CUT) {
        if (kind == XML_TEXT) {
            continue;
        }
        if (is_first && (kind == XML_END || !is_tag(&xml, "unisens"))) {
            return failure_set(why, YK_ERR_CORRUPT,
                               "%s: <%.*s> is the first tag, not <unisens>", name,
                               xml.name_n < 40 ? (int)xml.name_n : 40, xml.name);
        }
        if (is_first) {
            take_text(&xml, "timestampStart", out->start, sizeof out->start);
            take_text(&xml, "version", out->version, sizeof out->version);
            is_first = false;
        } else {
            take_tag(out, &xml, &is_inside);
        }
    }
    if (kind == XML_CUT || is_first) {
        return failure_set(why, YK_ERR_CORRUPT,
                           kind == XML_CUT ? "%s ends inside a tag: its copy did not finish"
                                           : "%s holds no tag: it is no XML in UTF-8",
                           name);
    }
    return YK_OK;
}

enum yk_status unisens_description_read(struct byte_source *xml,
                                        struct unisens_description *out, struct failure *why)
{
    if (xml->size > XML_MOST) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "%s is larger than 1 MiB", xml->name);
    }
    char *text = NULL;
    enum yk_status status = byte_source_read_all(xml, &text, why);
    if (status == YK_OK) {
        status = unisens_description_parse(text, (size_t)xml->size, xml->name, out, why);
    }
    mem_free(text);
    return status;
}
