/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tags and attributes of XML, and what is not well-formed.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "firmware-formats/xml_tags.h"

static const char *fault_of(const char *text)
{
    static struct xml_tags xml;
    xml_tags_init(&xml, text, strlen(text));
    while (xml_tags_next(&xml)) {
    }
    return xml.fault != NULL ? xml.fault : "";
}

static void tags_come_one_after_the_other(void **state)
{
    (void)state;
    static struct xml_tags xml;
    static const char text[] =
        "\xEF\xBB\xBF<?xml version='1.0'?><!DOCTYPE a [<!ELEMENT a (b)>]>"
        "<!--<x>--><n:a k='1' n:m=\"a&lt;b&#65;&#x3b1;\">text<b/>"
        "<![CDATA[<c>]]></n:a >";
    xml_tags_init(&xml, text, sizeof text - 1);
    assert_true(xml_tags_next(&xml));
    assert_string_equal(xml.name, "a");
    assert_false(xml.is_end || xml.is_empty);
    assert_string_equal(xml_tags_value(&xml, "k"), "1");
    assert_string_equal(xml_tags_value(&xml, "m"), "a<bA\xCE\xB1");
    assert_null(xml_tags_value(&xml, "x"));
    assert_true(xml_tags_next(&xml));
    assert_string_equal(xml.name, "b");
    assert_true(xml.is_empty);
    assert_true(xml_tags_next(&xml));
    assert_true(xml.is_end);
    assert_false(xml_tags_next(&xml));
    assert_null(xml.fault);
}

static void what_is_not_well_formed_is_named(void **state)
{
    (void)state;
    assert_string_equal(fault_of("<a"), "a tag has no end");
    assert_string_equal(fault_of("<a b>"), "an attribute has no value");
    assert_string_equal(fault_of("<a b=c>"), "an attribute's value has no quotes");
    assert_string_equal(fault_of("<a b='c>"), "an attribute's value has no end");
    assert_string_equal(fault_of("<a b='<'>"), "a < inside a value");
    assert_string_equal(fault_of("<a b='&lol;'>"), "an entity that is not known");
    assert_string_equal(fault_of("<a b='&#xD800;'>"), "a character's number is wrong");
    assert_string_equal(fault_of("<a b='&#;'>"), "a character's number is wrong");
    assert_string_equal(fault_of("< a>"), "a name is missing");
    assert_string_equal(fault_of("<!-- "), "a comment has no end");
    assert_string_equal(fault_of("<!DOCTYPE [ "), "a declaration has no end");
    assert_string_equal(fault_of("\xFF\xFE<"), "the text is not UTF-8");
    assert_string_equal(fault_of("<a>no tags at all"), "");
}

static void long_values_are_cut_at_a_whole_character(void **state)
{
    (void)state;
    static struct xml_tags xml;
    static char text[1000];
    size_t n = (size_t)snprintf(text, sizeof text, "<a b='x");
    while (n < 900) {
        memcpy(text + n, "\xE5\xB1\xB1", 3);
        n += 3;
    }
    memcpy(text + n, "' c='y'>", 8);
    xml_tags_init(&xml, text, n + 8);
    assert_true(xml_tags_next(&xml));
    const char *value = xml_tags_value(&xml, "b");
    assert_non_null(value);
    assert_int_equal(strlen(value) % 3, 1);
    assert_true(strlen(value) < XML_VALUE_BYTES && strlen(value) > XML_VALUE_BYTES - 8);
    assert_string_equal(xml_tags_value(&xml, "c"), "y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_come_one_after_the_other),
        cmocka_unit_test(what_is_not_well_formed_is_named),
        cmocka_unit_test(long_values_are_cut_at_a_whole_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
