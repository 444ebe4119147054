/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * evaluate: prints the tables of the labelled recordings with our figures beside those that
 * others measured. evaluate fit: fits the logistic rest rule and prints its table of weights.
 */
#include <stdio.h>
#include <string.h>

#include "tests/evaluate/couples.h"
#include "tests/evaluate/reports.h"

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "fit") == 0) {
        return couples_fit() ? 0 : 1;
    }
    couples_report();
    fflush(stdout);
    psg_report();
    angles_report();
    return 0;
}
