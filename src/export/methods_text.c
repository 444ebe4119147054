/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The methods text.
 */
#include "src/export/methods_text.h"

void methods_text_add(const struct parameters *parameters, const struct methods_rule *rules,
                      size_t n_rules, struct text *out)
{
    text_add(out,
             "The columns of all tables are explained in codebook.csv. Times are local with "
             "their offset; a night is named by the date of its evening; clock values (_h) "
             "count from the midnight before the evening, so 26.0 is two o'clock. What is "
             "unknown is empty. Nights and days that are not counted keep their rows, with "
             "exclude_reason, and enter no mean.\n\nParameters in force\n");
    for (size_t i = 0; i < parameters_count(); i++) {
        const struct parameter_info *info = parameters_info(i);
        text_addf(out, "  %s = ", info->name);
        parameters_value(parameters, i, out);
        text_addf(out, "%s%s  (%s)\n", info->unit[0] != '\0' ? " " : "", info->unit, info->en);
    }
    text_add(out, "\nRules\n");
    for (size_t i = 0; i < n_rules; i++) {
        text_addf(out, "  %s: %s. %s\n", rules[i].name, rules[i].meaning, rules[i].citation);
    }
}
