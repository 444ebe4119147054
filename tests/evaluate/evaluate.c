/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * evaluate: prints the tables of the labelled recordings with our figures beside those that
 * others measured; fails when data are missing. evaluate fit: fits the logistic rest rule and
 * prints its table of weights.
 */
#include <stdio.h>
#include <string.h>

#include "tests/evaluate/couples.h"
#include "tests/evaluate/figures.h"
#include "tests/evaluate/reports.h"

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "fit") == 0) {
        return couples_fit() ? 0 : 1;
    }
    bool is_complete = couples_report();
    fflush(stdout);
    is_complete = psg_report() && is_complete;
    is_complete = angles_report() && is_complete;
    figures_summary();
    return is_complete ? 0 : 1;
}
