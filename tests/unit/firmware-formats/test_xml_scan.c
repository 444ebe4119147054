/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "firmware-formats/xml_scan.h"

/* "(a x=1)text(/a)": what comes out, one after the other; '!' where the text is cut. */
static const char *pieces(const char *text)
{
    static char out[256];
    struct xml_scan xml;
    size_t used = 0;
    out[0] = '\0';
    xml_scan_init(&xml, text, strlen(text));
    while (xml_scan_next(&xml) != XML_DONE && used + 64 < sizeof out) {
        char word[48];
        if (xml.kind == XML_CUT) {
            used += (size_t)snprintf(out + used, sizeof out - used, "!");
            break;
        }
        if (xml.kind == XML_TEXT) {
            xml_scan_text(&xml, word, sizeof word);
        } else {
            snprintf(word, sizeof word, "(%s%.*s)", xml.kind == XML_END ? "/" : "",
                     (int)xml.name_n, xml.name);
        }
        used += (size_t)snprintf(out + used, sizeof out - used, "%s", word);
    }
    return out;
}

static void elements_and_text_come_one_after_the_other(void **state)
{
    (void)state;
    assert_string_equal(pieces("<a><b>x</b> <c/> </a>"), "(a)(b)x(/b)(c)(/c)(/a)");
    assert_string_equal(
        pieces("\xEF\xBB\xBF<?xml version=\"1\"?><!DOCTYPE a><a><!-- <b> -->1</a >"),
        "\xEF\xBB\xBF(a)1(/a)");
    assert_string_equal(pieces("<a x='>'>&lt;&amp;&#65;&x;</a>"), "(a)<&A&x;(/a)");
    assert_string_equal(pieces("<a>1<b"), "(a)1!");
    assert_string_equal(pieces("<a><!-- open"), "(a)");
    assert_string_equal(pieces(""), "");
}

static void attributes_are_found_by_name(void **state)
{
    (void)state;
    static const char text[] = "<a one='1' two = \"x &quot; y\" three/>";
    struct xml_scan xml;
    char value[16];
    xml_scan_init(&xml, text, sizeof text - 1);
    assert_int_equal(xml_scan_next(&xml), XML_START);
    assert_true(xml_scan_is(&xml, "a"));
    assert_true(xml_scan_attribute(&xml, "one", value, sizeof value));
    assert_string_equal(value, "1");
    assert_true(xml_scan_attribute(&xml, "two", value, sizeof value));
    assert_string_equal(value, "x \" y");
    assert_true(xml_scan_attribute(&xml, "two", value, 3));
    assert_string_equal(value, "x ");
    assert_false(xml_scan_attribute(&xml, "three", value, sizeof value));
    assert_string_equal(value, "");
    assert_int_equal(xml_scan_next(&xml), XML_END);
    assert_int_equal(xml_scan_next(&xml), XML_DONE);
    assert_false(xml_scan_is(&xml, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_and_text_come_one_after_the_other),
        cmocka_unit_test(attributes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
