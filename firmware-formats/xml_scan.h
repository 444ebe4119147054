/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The little of XML that recorders' files need: elements, attributes and text, one after the
 * other, from a text in memory. Comments, processing instructions, CDATA marks and document
 * types are passed over. Nothing is expanded but the five named entities and numbers, so that
 * no file can grow.
 */
#ifndef FIRMWARE_FORMATS_XML_SCAN_H
#define FIRMWARE_FORMATS_XML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum xml_kind {
    XML_START, /* <name ...>; XML_END follows at once where it is <name/> */
    XML_END,
    XML_TEXT, /* between tags, as written; never only blanks */
    XML_DONE, /* the text is at its end */
    XML_CUT   /* it ends inside a tag */
};

struct xml_scan {
    const char *at, *end;
    enum xml_kind kind;
    const char *name; /* of the element; not terminated */
    size_t name_n;
    const char *text; /* XML_TEXT: the text; XML_START: the attributes; not terminated */
    size_t text_n;
    bool is_empty; /* <name/>, and its end is still to come */
};

/* at is borrowed. */
void xml_scan_init(struct xml_scan *self, const char *at, size_t n);
/* The next piece; returns its kind. Cannot fail: after XML_DONE or XML_CUT it stays there. */
enum xml_kind xml_scan_next(struct xml_scan *self);
bool xml_scan_is(const struct xml_scan *self, const char *name); /* START or END of it */
/* Attribute of an XML_START, unescaped; "" when it is not there. Cut to room. */
bool xml_scan_attribute(const struct xml_scan *self, const char *name, char *out, size_t room);
/* The text of an XML_TEXT, unescaped and without blanks around it. Cut to room. */
void xml_scan_text(const struct xml_scan *self, char *out, size_t room);

#endif
