/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The review of analyses filled by hand, compared with expected/<case>.txt. GOLDEN_UPDATE=1
 * writes them anew; look at them then.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/columns.h"
#include "src/base/table.h"
#include "src/report/review.h"
#include "tests/support/alloc.h"
#include "tests/support/fixture.h"

struct scene {
    struct analysis now, before;
    struct zone *zone, *before_zone;
    struct review review;
};

static void scene_open(struct scene *self, size_t n_nights, enum language language)
{
    *self = (struct scene){.zone = NULL};
    if (n_nights == 0) {
        fixture_week(&self->now, &self->zone);
    } else {
        fixture_plain(&self->now, &self->zone, "Asia/Tokyo", (struct civil_date){2026, 3, 25},
                      n_nights);
    }
    fixture_plain(&self->before, &self->before_zone, "Asia/Tokyo",
                  (struct civil_date){2026, 5, 4}, 5);
    self->review = (struct review){.title = "week1.cwa",
                                   .now = &self->now,
                                   .zone = self->zone,
                                   .language = language,
                                   .width = 80,
                                   .has_unicode = true};
}

static void scene_close(struct scene *self)
{
    analysis_release(&self->now);
    analysis_release(&self->before);
    zone_close(self->zone);
    zone_close(self->before_zone);
}

static char *written(const struct review *review)
{
    struct text out;
    struct failure why;
    text_init(&out);
    assert_int_equal(review_write(review, &out, &why), YK_OK);
    char *copy = strdup(text_string(&out));
    text_release(&out);
    return copy;
}

static void is_as_expected(const struct review *review, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "tests/unit/report/expected/%s.txt", name);
    char *got = written(review);
    if (getenv("GOLDEN_UPDATE") != NULL) {
        check_write_text(path, got);
    }
    char *expected = check_read_file(path, NULL);
    assert_non_null(expected);
    assert_string_equal(got, expected);
    free(expected);
    free(got);
}

static void no_line_is_wider_than(const char *lines, int width)
{
    char line[1024];
    while (*lines != '\0') {
        size_t n = strcspn(lines, "\n");
        assert_true(n < sizeof line);
        memcpy(line, lines, n);
        line[n] = '\0';
        if (text_columns(line) > width) {
            print_error("%d columns: %s\n", text_columns(line), line);
        }
        assert_true(text_columns(line) <= width);
        assert_true(n == 0 || line[n - 1] != ' ');
        lines += n + (lines[n] == '\n');
    }
}

static void the_example_week_in_japanese(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 0, LANGUAGE_JA);
    is_as_expected(&scene.review, "week.ja");
    scene_close(&scene);
}

static void the_example_week_in_english_with_the_week_before(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 0, LANGUAGE_EN);
    scene.review.before = &scene.before;
    scene.review.before_zone = scene.before_zone;
    is_as_expected(&scene.review, "week.en");
    scene_close(&scene);
}

static void the_example_week_in_ascii(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 0, LANGUAGE_EN);
    scene.review.has_unicode = false;
    char *got = written(&scene.review);
    for (const char *at = got; *at != '\0'; at++) {
        assert_true(*at == '\n' || ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7F));
    }
    free(got);
    is_as_expected(&scene.review, "week.ascii");
    scene_close(&scene);
}

static void colours_add_nothing_that_is_not_said_without_them(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 0, LANGUAGE_JA);
    char *plain = written(&scene.review);
    scene.review.has_color = true;
    char *colored = written(&scene.review);
    assert_non_null(strstr(colored, "\033["));
    assert_null(strstr(plain, "\033"));
    size_t n = 0; /* what is left without escape sequences */
    for (const char *at = colored; *at != '\0'; at++) {
        if (*at == '\033') {
            at += strcspn(at, "m");
        } else {
            colored[n++] = *at;
        }
    }
    colored[n] = '\0';
    assert_string_equal(colored, plain);
    free(plain);
    free(colored);
    scene_close(&scene);
}

static void four_weeks_take_one_line_a_day(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 28, LANGUAGE_JA);
    is_as_expected(&scene.review, "28.ja");
    scene_close(&scene);
}

static void a_single_night_has_no_averages(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 1, LANGUAGE_EN);
    is_as_expected(&scene.review, "1.en");
    scene_close(&scene);
}

static void an_afternoon_has_no_night(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 1, LANGUAGE_JA);
    analysis_release(&scene.now);
    zone_close(scene.zone);
    fixture_plain(&scene.now, &scene.zone, "Asia/Tokyo", (struct civil_date){2026, 3, 25}, 0);
    scene.review.zone = scene.zone;
    is_as_expected(&scene.review, "0.ja");
    scene_close(&scene);
}

static void nothing_at_all_is_shown_without_inventing(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 1, LANGUAGE_EN);
    analysis_release(&scene.now);
    analysis_init(&scene.now);
    is_as_expected(&scene.review, "empty.en");
    scene_close(&scene);
}

static void nothing_to_find_nights_in_is_given_as_the_reason(void **state)
{
    (void)state;
    static const char *const why[] = {
        [LANGUAGE_JA] = "睡眠は調べていません", [LANGUAGE_EN] = "there is no angle of the arm"};
    for (int language = LANGUAGE_JA; language <= LANGUAGE_EN; language++) {
        struct scene scene;
        scene_open(&scene, 1, (enum language)language);
        analysis_release(&scene.now);
        analysis_init(&scene.now);
        char *without = written(&scene.review);
        assert_null(strstr(without, why[language]));
        read_report_add(&scene.now.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                        ANALYSIS_NOTE_NO_INPUT);
        char *got = written(&scene.review);
        assert_non_null(strstr(got, why[language]));
        free(without);
        free(got);
        scene_close(&scene);
    }
}

static void dates_choose_nights_and_rows(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 0, LANGUAGE_EN);
    scene.review.from = (struct civil_date){2026, 5, 12};
    scene.review.to = (struct civil_date){2026, 5, 14};
    is_as_expected(&scene.review, "part.en");
    scene.review.from = scene.review.to = (struct civil_date){2027, 1, 1};
    char *got = written(&scene.review);
    assert_non_null(strstr(got, "There is no night between these dates."));
    free(got);
    scene_close(&scene);
}

static void every_line_fits_the_terminal(void **state)
{
    (void)state;
    static const int widths[] = {80, 100, 120, 200};
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        for (size_t nights = 0; nights <= 28; nights += 7) {
            for (int language = LANGUAGE_JA; language <= LANGUAGE_EN; language++) {
                struct scene scene;
                scene_open(&scene, nights, (enum language)language);
                scene.review.width = widths[w];
                scene.review.before = &scene.before;
                scene.review.before_zone = scene.before_zone;
                scene.now.nights[0].is_edited = true;
                scene.now.nights[0].second_candidate_ns = scene.now.nights[0].wake_ns;
                char *got = written(&scene.review);
                no_line_is_wider_than(got, widths[w]);
                free(got);
                scene_close(&scene);
            }
        }
    }
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, 0, LANGUAGE_EN);
    scene.review.before = &scene.before;
    scene.review.before_zone = scene.before_zone;
    for (uint64_t k = 1;; k++) {
        struct text out;
        struct failure why;
        text_init(&out);
        alloc_fail_at(k);
        enum yk_status status = review_write(&scene.review, &out, &why);
        bool refused = alloc_end(status, YK_OK);
        text_release(&out);
        if (!refused) {
            break;
        }
    }
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_week_in_japanese),
        cmocka_unit_test(the_example_week_in_english_with_the_week_before),
        cmocka_unit_test(the_example_week_in_ascii),
        cmocka_unit_test(colours_add_nothing_that_is_not_said_without_them),
        cmocka_unit_test(four_weeks_take_one_line_a_day),
        cmocka_unit_test(a_single_night_has_no_averages),
        cmocka_unit_test(an_afternoon_has_no_night),
        cmocka_unit_test(nothing_at_all_is_shown_without_inventing),
        cmocka_unit_test(nothing_to_find_nights_in_is_given_as_the_reason),
        cmocka_unit_test(dates_choose_nights_and_rows),
        cmocka_unit_test(every_line_fits_the_terminal),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
