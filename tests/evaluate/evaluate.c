/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * evaluate: prints the tables of the labelled recordings with our figures beside those that
 * others measured; fails when data are missing or a row is not what its remark says. evaluate
 * fit: fits the logistic rest rule and prints its table of weights.
 */
#include <stdio.h>
#include <string.h>

#include "tests/evaluate/figures.h"
#include "tests/evaluate/reports.h"
#include "tests/evaluate/rest_fit.h"

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "fit") == 0) {
        return rest_fit_print() ? 0 : 1;
    }
    bool is_complete = couples_report();
    fflush(stdout);
    is_complete = psg_report() && is_complete;
    is_complete = angles_report() && is_complete;
    bool is_as_said = figures_summary();
    return is_complete && is_as_said ? 0 : 1;
}
