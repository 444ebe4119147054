/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In a file of its own, so that the linker can put a test's function in its place.
 */
#include "src/base/mem_gate.h"

int mem_gate(void)
{
    return 1;
}
