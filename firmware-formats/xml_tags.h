/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tags of a small XML text with their attributes, one after the other. Enough for
 * descriptions whose whole content stands in attributes; text between tags is passed over.
 *
 * Bounded: names, values and their number have limits, nothing is allocated, no entity but the
 * five predefined ones and numbers is known, document types are skipped and never followed.
 */
#ifndef FIRMWARE_FORMATS_XML_TAGS_H
#define FIRMWARE_FORMATS_XML_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#define XML_ATTRIBUTES 24
#define XML_NAME_BYTES 40
#define XML_VALUE_BYTES 160

struct xml_attribute {
    char name[XML_NAME_BYTES];   /* without a namespace's prefix */
    char value[XML_VALUE_BYTES]; /* UTF-8, entities replaced, cut at a whole character */
};

struct xml_tags {
    const char *start, *at, *end; /* borrowed */
    char name[XML_NAME_BYTES];    /* of the tag, without a namespace's prefix */
    bool is_end;                  /* </name> */
    bool is_empty;                /* <name/> */
    struct xml_attribute attribute[XML_ATTRIBUTES];
    size_t n_attributes; /* those beyond the limit are left out */
    const char *fault;   /* why the text is not well-formed from `at` on; NULL: nothing found */
};

void xml_tags_init(struct xml_tags *self, const char *text, size_t n);
/* The next tag; false at the end or at a fault. */
bool xml_tags_next(struct xml_tags *self);
/* Value of an attribute of the tag; NULL when it has none of that name. */
const char *xml_tags_value(const struct xml_tags *self, const char *name);

#endif
