# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by fail-runs.sh and kill-runs.sh: a small cohort, the three commands that write results from
# it, and how what they leave is compared. In an empty folder, in memory where that is possible: what
# is killed here keeps the machine running, and its fsync() need not wait.
#
#   before/    what an earlier run left: one recording of three is still missing
#   now/       the run that is being broken
#   after/     what the unbroken run left
#   unbroken/  the tables of the unbroken run (of a shard: merged)
yoake=$(readlink -f "${YOAKE:?}")
work=$(TMPDIR=$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}") mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1
EXEC= # exec, where the shell is to become the program

# make_inputs DAYS: three recordings and a file that is none, so that exit status 3 is right.
make_inputs() {
    mkdir -p in hidden
    for seed in 1 2 3; do
        "$yoake" simulate -o "in/week$seed.cwa" --days "$1" --rate 6.25 --seed "$seed" --quiet || exit 1
    done
    rm -f in/*.json
    head -c 2000 "$yoake" >in/junk.cwa
}
shard() {
    $EXEC "$yoake" batch --manifest "$2/manifest.csv" --shard "$1" -o "$2" --zone Asia/Tokyo \
        --jobs "${JOBS:-1}" --epochs csv --quiet --lang en --json
}
run() {
    case $command in
    batch) $EXEC "$yoake" batch in -o now --zone Asia/Tokyo --jobs "${JOBS:-1}" --epochs csv --quiet --lang en --json ;;
    shard) shard 0/1 now ;;
    merge) $EXEC "$yoake" merge shards -o now --quiet --lang en --json ;;
    esac
}

# Tables of now/ in $result.
finish() {
    result=now
    if [ "$command" = shard ]; then
        result=merged
        rm -rf merged
        "$yoake" merge now -o merged --quiet 2>/dev/null
    fi
}
same() {
    diff -r -x run.log unbroken "$result" >differs 2>&1
}
resumed() {
    sed -n 's/.*"resumed": \([0-9]*\).*/\1/p' json
}

# An earlier run that has finished something, into now/.
begin_batch() {
    mv in/week3.cwa hidden
    run >json
    mv hidden/week3.cwa in
}
begin_shard() { # of another number of shards: its files are taken over
    "$yoake" manifest in -o now/manifest.csv --quiet
    shard 0/2 now >json
}
begin_merge() {
    "$yoake" manifest in -o shards/manifest.csv --quiet
    shard 0/2 shards >json
    "$yoake" merge shards -o now --partial --quiet
    shard 1/2 shards >json
}
# nap US: sleeps that many microseconds.
nap() {
    sleep "$(printf '%d.%06d' "$(($1 / 1000000))" "$(($1 % 1000000))")"
}
# begin COMMAND: before/, after/ and unbroken/; $length in microseconds.
begin() {
    command=$1
    rm -rf now before after unbroken merged shards
    "begin_$command"
    cp -a now before
    began=$(date +%s%N)
    run >json
    [ "$?" -eq 3 ] || { echo "the unbroken $command failed"; exit 1; }
    # shellcheck disable=SC2034 # for those who source this
    length=$((($(date +%s%N) - began) / 1000))
    cp -a now after
    finish
    mv "$result" unbroken
}
