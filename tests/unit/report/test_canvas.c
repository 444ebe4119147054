/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of pages: all of them under their names once they are finished, or none.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/page_seal.h"
#include "src/report/canvas.h"

static struct scratch scratch = {.file = "a.pdf"};

static struct canvas *open_pages(enum canvas_kind kind, const char *path, int n)
{
    struct canvas *canvas = NULL;
    const struct canvas_info info = {.path = path,
                                     .title = "pages",
                                     .language = LANGUAGE_EN,
                                     .date = {2026, 5, 19},
                                     .width_mm = 210,
                                     .height_mm = 297,
                                     .dots_per_inch = 50};
    assert_int_equal(canvas_open(kind, &info, &canvas, NULL), YK_OK);
    for (int i = 0; i < n; i++) {
        if (i > 0) {
            canvas_page(canvas);
        }
        canvas_text(canvas, (struct canvas_box){12, 12, 40, 6},
                    &(struct canvas_style){.pt = 10}, "words");
    }
    return canvas;
}

static bool is_there(const char *name)
{
    char path[2400];
    snprintf(path, sizeof path, "%s/%s", scratch.folder, name);
    return access(path, F_OK) == 0;
}

static void pages_get_their_names_when_all_are_well(void **state)
{
    (void)state;
    char svg[2400];
    snprintf(svg, sizeof svg, "%s/a.svg", scratch.folder);
    struct canvas *two[] = {open_pages(CANVAS_PDF, scratch.path, 3),
                            open_pages(CANVAS_SVG, svg, 3)};
    assert_false(is_there("a.pdf") || is_there("a.svg"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(canvas_finish(two[i], NULL), YK_OK);
        canvas_close(two[i]);
    }
    assert_true(is_there("a.pdf"));
    assert_int_equal(page_seal_check(scratch.path, NULL), YK_OK);
    static const char *const names[] = {"a.svg", "a-2.svg", "a-3.svg"};
    for (int i = 0; i < 3; i++) {
        assert_true(is_there(names[i]));
        snprintf(svg, sizeof svg, "%s/%s", scratch.folder, names[i]);
        assert_int_equal(page_seal_check(svg, NULL), YK_OK);
    }
    assert_false(is_there("a.pdf.part") || is_there("a-2.svg.part"));
}

static void pages_that_are_not_finished_leave_no_file(void **state)
{
    (void)state;
    char path[2400];
    snprintf(path, sizeof path, "%s/a.pdf", scratch.folder);
    canvas_close(open_pages(CANVAS_PDF, path, 3));
    snprintf(path, sizeof path, "%s/a.png", scratch.folder);
    canvas_close(open_pages(CANVAS_PNG, path, 3));
    static const char *const names[] = {"a.pdf",      "a.pdf.part", "a.png",
                                        "a.png.part", "a-2.png",    "a-2.png.part"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(is_there(names[i]));
    }
    snprintf(path, sizeof path, "%s/none/a.pdf", scratch.folder);
    struct canvas *canvas = open_pages(CANVAS_PDF, path, 3);
    struct failure why = {0};
    assert_int_equal(canvas_finish(canvas, &why), YK_ERR_NO_DEVICE); /* what cannot be found */
    assert_non_null(strstr(why.text, "none/a.pdf"));
    canvas_close(canvas);
}

static void a_word_broken_at_the_end_of_a_line_gets_no_hyphen(void **state)
{
    (void)state;
    const struct canvas_style style = {.pt = 10, .wraps = true};
    struct canvas *canvas = open_pages(CANVAS_PDF, NULL, 1);
    double half = canvas_text_width(canvas, &style, "iiiiiiii") + 0.1;
    double two_lines = canvas_text_height(canvas, &style, half, "i\ni");
    assert_close(canvas_text_height(canvas, &style, half, "iiiiiiiiiiiiiiii"), two_lines, 0.01);
    canvas_close(canvas);
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(pages_get_their_names_when_all_are_well),
        T(pages_that_are_not_finished_leave_no_file),
        T(a_word_broken_at_the_end_of_a_line_gets_no_hyphen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
