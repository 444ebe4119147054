/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The place where tests refuse memory.
 */
#ifndef SRC_BASE_MEM_GATE_H
#define SRC_BASE_MEM_GATE_H

/* True: the allocation may go on. Always so in the program; tests replace this function at link
 * time (-Wl,--wrap=mem_gate, tests/support/alloc.h) to refuse the k-th allocation. */
int mem_gate(void);

#endif
