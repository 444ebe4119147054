/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * YK_CLONES in front of a function makes gcc compile it for several x86-64 generations and pick
 * the right one when the program starts. Results are the same on all: no contraction
 * (-ffp-contract=off), no reordering of sums. Empty for other compilers and processors, and
 * under sanitizers, which do not work together with the resolver.
 */
#ifndef SRC_BASE_CLONES_H
#define SRC_BASE_CLONES_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) &&                         \
    defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define YK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define YK_CLONES
#endif

/* A helper of such functions: must become part of each of them, or it would be compiled once,
 * for the oldest processor. */
#define YK_INLINE static inline __attribute__((always_inline))

#endif
