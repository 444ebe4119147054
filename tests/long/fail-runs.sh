#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fail-runs.sh STEP [COMMAND...]: `batch`, a shard and `merge` of the real program with one call of
# the operating system failing, at every STEP-th call up to the 200th or the last (faulty_preload.c;
# of the rarer kinds, every third of STEP). Each run begins where an earlier one has finished
# something. After it:
#   hit     the fault was met;
#   done    exit status and every byte are those of the unbroken run: nobody was harmed;
#   said    exit status 1, a sentence names the file and the cause, what an earlier run finished is
#           as it was, and nothing half-written stays;
#   mended  the same command without a fault gives the bytes of the unbroken run, and takes over all
#           that was acknowledged.
# Needs $YOAKE and $FAULTY. The table goes to standard error; fails when a
# hit is neither done nor said, or is not mended.
step=${1:-1}
[ "$#" -gt 0 ] && shift
[ "$#" -gt 0 ] || set -- batch shard merge
faulty=$(readlink -f "${FAULTY:?}")
most=200
bad=0
# shellcheck source=tests/long/cohort-runs.sh
. "$(dirname "$0")/cohort-runs.sh"
complain() {
    echo "$command $kind $n: $*"
    sed 's/^/    /' said hits differs 2>/dev/null
    bad=$((bad + 1))
}

# A file is as it was before, or as the unbroken run leaves it.
leftovers() {
    (cd now && find . -type f ! -name run.log ! -path '*/cohort.sqlite*') | while read -r file; do
        cmp -s "now/$file" "before/$file" || cmp -s "now/$file" "after/$file" || echo "$file"
    done
    find now -name '*.part' -o -name '*.part-*' -o -name 'lock*'
}
# A sync whose failure may go unsaid: SQLite's of the folder of a journal, which it passes over, and
# of a log that is about to be left behind with all it holds in a new file, which is synced itself.
may_be_done() {
    [ "$kind" != fsync ] || grep -qE '^hit .*/(now|[0-9]+-of-[0-9]+)$' hits ||
        { [ "$command" != shard ] && grep -qE '^hit .*/cohort.sqlite(-wal)?$' hits; }
}
is_said() {
    [ "$code" -eq 1 ] && [ -z "$leftover" ] && grep -qE '(now|shards|recordings)[/:]' said &&
        grep -qE 'No space left on device|Input/output error|disk I/O error|Operation not permitted' said
}
is_mended() {
    [ "$code" -eq 3 ] && same && [ "${taken:-99}" -ge "$finished" ]
}
try() {
    rm -rf now said hits differs
    cp -a before now
    FAULT=$kind:$n FAULT_SAYS=hits LD_PRELOAD=$faulty run >json 2>said
    code=$?
    tried=$((tried + 1))
    grep -q '^hit' hits || return 1
    hit=$((hit + 1))
    finished=$(cat now/run.log now/shards/0000-of-0001/run.log 2>/dev/null | grep -c ': done in')
    finish
    if [ "$code" -eq 3 ] && same; then
        kept=$((kept + 1))
        may_be_done || complain "not said"
        return 0
    fi
    leftover=$(leftovers)
    if is_said; then
        told=$((told + 1))
    else
        complain "exit $code; left: $leftover"
    fi
    run >json 2>said
    code=$?
    taken=$(resumed)
    finish
    if is_mended; then
        mended=$((mended + 1))
    else
        complain "not mended: exit $code, $taken taken over of $finished"
    fi
}

make_inputs 0.1
for name in "$@"; do
    begin "$name"
    for kind in write full short fsync truncate rename unlink link close; do
        stride=$step
        case $kind in write | full | short) ;; *) stride=$(((step + 2) / 3)) ;; esac
        tried=0 hit=0 kept=0 told=0 mended=0
        n=1
        while [ "$n" -le "$most" ] && try; do
            n=$((n + stride))
        done
        printf '%-6s %-9s tried %3d, hit %3d: done all the same %3d, said %3d, mended %3d\n' \
            "$command" "$kind" "$tried" "$hit" "$kept" "$told" "$mended" >&2
    done
done
[ "$bad" -eq 0 ] && echo "every fault was harmless, or said and mended"
