/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake: everything is in libyoake; this only hands over.
 */
#include <malloc.h>

#include "src/cli/cli.h"

/* Arrays of this size and more go back to the system when they are freed. Left alone, the C
 * library raises the limit as it goes, and a month of recording leaves holes that stay
 * resident. */
#define LARGE_BYTES (1 << 20)

int main(int argc, char **argv)
{
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    return cli_main(argc, argv);
}
