/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/pipeline/participants_csv.h"

static enum yk_status read_text(const char *text, struct participants *out, struct failure *why)
{
    const char *folder = check_scratch("participants");
    char path[4200];
    snprintf(path, sizeof path, "%s/people.csv", folder);
    check_write_text(path, text);
    enum yk_status status = participants_read(path, out, why);
    check_remove(folder);
    return status;
}

static const struct participant_row *find(const struct participants *people, const char *path)
{
    const struct participant_row *other = NULL;
    return participants_find(people, path, &other);
}

static void names_come_before_patterns(void **state)
{
    (void)state;
    struct participants people;
    struct failure why = {0};
    participants_init(&people);
    assert_int_equal(read_text("file,person_id,zone,diary_id,group\n"
                               "ward*.cwa,P1,Asia/Tokyo,,a\n"
                               "ward7.cwa,P7,,D7,b\n",
                               &people, &why),
                     YK_OK);
    assert_string_equal(find(&people, "/x/ward7.cwa")->person_id, "P7");
    assert_string_equal(find(&people, "ward8.cwa")->person_id, "P1");
    assert_string_equal(find(&people, "ward8.cwa")->zone, "Asia/Tokyo");
    assert_null(find(&people, "other.cwa"));
    participants_release(&people);
}

/* One folder a person, the same name in each. */
static void folders_may_be_named(void **state)
{
    (void)state;
    struct participants people;
    struct failure why = {0};
    participants_init(&people);
    assert_int_equal(read_text("file,person_id\n"
                               "P001/week.cwa,P001\n"
                               "P00[23]/*.cwa,P023\n"
                               "*/P004/*,P004\n"
                               "/a/b*/x.cwa,PX\n",
                               &people, &why),
                     YK_OK);
    assert_string_equal(find(&people, "/data/P001/week.cwa")->person_id, "P001");
    assert_string_equal(find(&people, "P001/week.cwa")->person_id, "P001");
    assert_null(find(&people, "AP001/week.cwa"));
    assert_null(find(&people, "week.cwa"));
    assert_string_equal(find(&people, "../P003/week.cwa")->person_id, "P023");
    assert_null(find(&people, "P003/later/week.cwa"));
    assert_string_equal(find(&people, "coh/P004/week.cwa")->person_id, "P004");
    assert_null(find(&people, "P004/week.cwa"));
    assert_string_equal(find(&people, "/a/bc/x.cwa")->person_id, "PX");
    assert_null(find(&people, "/z/a/bc/x.cwa"));
    participants_release(&people);
}

static void a_file_of_several_persons_is_told(void **state)
{
    (void)state;
    struct participants people;
    struct failure why = {0};
    const struct participant_row *other = NULL;
    participants_init(&people);
    assert_int_equal(read_text("file,person_id\n"
                               "P1*,P1\n"
                               "P10*,P10\n"
                               "P1?.cwa,P1\n"
                               "in/b.cwa,P7\n"
                               "b.cwa,P8\n",
                               &people, &why),
                     YK_OK);
    assert_string_equal(participants_find(&people, "P10.cwa", &other)->person_id, "P1");
    assert_non_null(other);
    assert_string_equal(other->person_id, "P10");
    assert_string_equal(participants_find(&people, "P12.cwa", &other)->person_id, "P1");
    assert_null(other);
    assert_string_equal(participants_find(&people, "in/b.cwa", &other)->person_id, "P7");
    assert_non_null(other);
    assert_null(participants_find(&people, "c.cwa", &other));
    assert_null(other);
    participants_release(&people);
}

static void wrong_tables_are_refused_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text, *say;
    } CASES[] = {
        {"file,zone\na.cwa,Asia/Tokyo\n", "person_id"},
        {"file,person_id,zone\na.cwa,P1,Asia/Tokio\n", "Asia/Tokyo"},
        {"file,person_id\na.cwa,\n", "person_id is missing"},
        {"file,person_id\na.cwa,夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜\n",
         "'夜夜夜夜夜夜夜夜夜夜夜夜夜...' is longer than 63 bytes"},
        {"file,person_id\na.cwa,P1\na.cwa,P2\n", "already belongs to P1"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct participants people;
        struct failure why = {0};
        participants_init(&people);
        assert_int_not_equal(read_text(CASES[i].text, &people, &why), YK_OK);
        if (strstr(why.text, CASES[i].say) == NULL) {
            fail_msg("case %zu gave: %s", i, why.text);
        }
        assert_int_equal(people.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_before_patterns),
        cmocka_unit_test(folders_may_be_named),
        cmocka_unit_test(a_file_of_several_persons_is_told),
        cmocka_unit_test(wrong_tables_are_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
