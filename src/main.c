/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake: everything is in libyoake; this only hands over.
 */
#include "src/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
