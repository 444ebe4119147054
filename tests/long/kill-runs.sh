#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# kill-runs.sh KILLS [COMMAND...]: `batch` with two workers, a shard and `merge`, each killed by SIGKILL
# at random moments, four times into one folder (every other one begun by an earlier run) before it
# is allowed to finish. Then everything but run.log must be the same as without kills, byte for byte,
# nothing half-written may stay, and nothing may have been computed twice.
#
# Only a kill that found the program running and ended it is a hit; it goes on until KILLS hits are
# shared among the commands. The moments follow the machine, which may be slower or quicker than when
# the unbroken run was measured: later after a hit, earlier after a run that had ended by itself. "open" are those that left an unfinished file, a journal or a lock.
# Needs $YOAKE.
kills=${1:-30}
[ "$#" -gt 0 ] && shift
[ "$#" -gt 0 ] || set -- batch shard merge
# shellcheck source=tests/long/cohort-runs.sh
. "$(dirname "$0")/cohort-runs.sh"
bad=0
random=${SEED:-12345}
complain() {
    echo "$command after $hits hits: $*"
    bad=$((bad + 1))
}

is_open() {
    find now -name '*.part*' -o -name '*-wal' -o -name '*-journal' -o -name 'lock*' 2>/dev/null | grep -q .
}
kill_once() {
    (EXEC='exec' run >json 2>/dev/null) &
    pid=$!
    random=$(((random * 1103515245 + 12345) % 2147483648))
    nap "$((random / 7 % length))"
    was_running=0
    # shellcheck disable=SC3013 # not in POSIX, but in every sh there is
    [ "/proc/$pid/exe" -ef "$yoake" ] && was_running=1
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    code=$?
    tries=$((tries + 1))
    if [ "$code" -eq 137 ] && [ "$was_running" -eq 1 ]; then
        hits=$((hits + 1))
        is_open && open=$((open + 1))
    fi
    [ "$code" -eq 137 ] && eighth=$((length / 8 + 1)) || eighth=$((-length / 8))
    length=$((length + eighth))
}
computed_twice() {
    sed -n 's/.* batch: \(.*\): done in .*/\1/p' now/run.log now/shards/0000-of-0001/run.log 2>/dev/null |
        sort | uniq -d
}
one_round() {
    rm -rf now
    if [ "$((rounds % 2))" -eq 0 ]; then
        cp -a before now
    elif [ "$command" = shard ]; then
        mkdir now && cp before/manifest.csv* now
    fi
    rounds=$((rounds + 1))
    for _ in 1 2 3 4; do
        kill_once
    done
    run >json 2>said
    code=$?
    [ "$code" -eq 3 ] || complain "exit $code: $(cat said)"
    finish
    same || complain "the result differs: $(cat differs)"
    twice=$(computed_twice)
    [ -z "$twice" ] || complain "computed twice: $twice"
}

make_inputs 0.5
JOBS=2
share=$(((kills + $# - 1) / $#))
for name in "$@"; do
    begin "$name"
    rm -rf now
    [ "$command" != shard ] || { mkdir now && cp before/manifest.csv* now; }
    began=$(date +%s%N)
    run >json
    length=$((($(date +%s%N) - began) / 1000))
    hits=0 tries=0 rounds=0 open=0
    while [ "$hits" -lt "$share" ] && [ "$tries" -lt "$((share * 10))" ]; do
        one_round
    done
    echo "$command: $tries kills, $hits hit, $open of them in the middle of a file; $rounds times finished" >&2
    [ "$hits" -ge "$share" ] || complain "too few hits"
done
[ "$bad" -eq 0 ] && echo "same result after SIGKILL"
