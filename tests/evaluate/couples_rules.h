/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The published rest rules, and our best sum, as they are compared on the labelled minutes.
 */
#ifndef TESTS_EVALUATE_COUPLES_RULES_H
#define TESTS_EVALUATE_COUPLES_RULES_H

#include "tests/evaluate/couples.h"
#include "tests/evaluate/figures.h"

struct rest_rule {
    const char *name;
    struct published published;
    void (*still)(const struct watch *watch, uint8_t *still); /* n flags of a whole recording */
    size_t block, gap; /* minutes, as HDCZA joins still blocks; 0, 0: the runs as they are */
    bool is_best_sum;  /* the window of the largest sum instead of the longest run */
};

/* The last one is ours. */
enum { N_REST_RULES = 11, N_PUBLISHED_RULES = N_REST_RULES - 1 };
extern const struct rest_rule rest_rules[N_REST_RULES];

/* found: one per night. */
void rest_rule_find(const struct rest_rule *rule, const struct couples *couples,
                    struct found_window *found);

#endif
