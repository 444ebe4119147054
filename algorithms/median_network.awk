# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes median_network.def: the medians of 16 consecutive windows of 51 values by minima and
# maxima alone. Run: awk -f algorithms/median_network.awk > algorithms/median_network.def
#
# Windows j = 0..15 hold values j..j+50. All share the 36 values 15..50: those are sorted (two
# blocks of 16 come sorted already, see median.c), and only the 16 middle ones can be a median.
# Then the windows are halved again and again: half of L windows share L/2 values more; these are
# sorted and merged in, and the L/2 middle ones of the result kept. Merging is Batcher's (Knuth,
# volume 3, 5.3.4). What no result needs is left out.

function least(a, b) { op[++n_ops] = "MIN"; left[n_ops] = a; right[n_ops] = b; return "t" n_ops }
function most(a, b)  { op[++n_ops] = "MAX"; left[n_ops] = a; right[n_ops] = b; return "t" n_ops }

# Lists are strings of names with spaces between.
function every_second(list, first,   a, n, i, r) {
    n = split(list, a, " "); r = ""
    for (i = first; i <= n; i += 2) r = r " " a[i]
    return r
}
function slice(list, from, count,   a, n, i, r) { # from 0
    n = split(list, a, " "); r = ""
    for (i = from + 1; i <= from + count; i++) r = r " " a[i]
    return r
}
function merge(x, y,   a, b, n, m, v, w, r, i, first) {
    n = split(x, a, " "); m = split(y, b, " ")
    if (n == 0) return y
    if (m == 0) return x
    if (n == 1 && m == 1) { first = least(a[1], b[1]); return first " " most(a[1], b[1]) }
    v = merge(every_second(x, 1), every_second(y, 1))
    w = merge(every_second(x, 2), every_second(y, 2))
    n = split(v, a, " "); m = split(w, b, " ")
    r = a[1]
    for (i = 1; i <= m || i < n; i++) {
        if (i > m) r = r " " a[i + 1]
        else if (i >= n) r = r " " b[i]
        else { first = least(b[i], a[i + 1]); r = r " " first " " most(b[i], a[i + 1]) }
    }
    return r
}
function sorted(list,   a, n, half) {
    n = split(list, a, " "); half = int(n / 2)
    return n < 2 ? list : merge(sorted(slice(list, 0, half)), sorted(slice(list, half, n - half)))
}
function values(from, count,   i, r) {
    r = ""
    for (i = from; i < from + count; i++) r = r " v" i
    return r
}
function halve(first, n, kept,   half, a) {
    if (n == 1) { split(kept, a, " "); result[first] = a[1]; return }
    half = n / 2
    halve(first, half, slice(merge(kept, sorted(values(first + half - 1, half))), half, half))
    halve(first + half, half, slice(merge(kept, sorted(values(first + 51, half))), half, half))
}
function need(name,   i) {
    if (substr(name, 1, 1) != "t") return
    i = substr(name, 2) + 0
    if (!(i in needed)) { needed[i] = 1; need(left[i]); need(right[i]) }
}
function put(   i) {
    for (i = 1; i <= n_ops; i++)
        if (i in needed) printf "MEDIAN_%s(t%d, %s, %s)\n", op[i], i, left[i], right[i]
}
function reset() { n_ops = 0; split("", needed); split("", result) }

BEGIN {
    print "/* SPDX-License-Identifier: GPL-3.0-or-later"
    print " *"
    print " * Written by median_network.awk. With MEDIAN_SORT: s0..s15 are v0..v15 sorted. Otherwise the"
    print " * medians m0..m15 of windows of 51 among v0..v65, where a0..a15 are v16..v31 sorted and"
    print " * b0..b15 v32..v47."
    print " */"
    print "#ifdef MEDIAN_SORT"
    reset(); n = split(sorted(values(0, 16)), a, " ")
    for (i = 1; i <= n; i++) need(a[i])
    put()
    for (i = 1; i <= n; i++) printf "MEDIAN_RESULT(%d, %s)\n", i - 1, a[i]
    print "#else"
    reset()
    for (i = 0; i < 16; i++) { block_a = block_a " a" i; block_b = block_b " b" i }
    core = merge(slice(merge(block_a, block_b), 6, 20), sorted("v15" values(48, 3)))
    halve(0, 16, slice(core, 4, 16))
    for (i = 0; i < 16; i++) need(result[i])
    put()
    for (i = 0; i < 16; i++) printf "MEDIAN_RESULT(%d, %s)\n", i, result[i]
    print "#endif"
}
