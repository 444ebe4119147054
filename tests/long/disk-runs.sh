#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# disk-runs.sh ROUNDS [COMMAND...]: `batch`, a shard and `merge` on disks that are full at any point of the run or
# read-only, two of them at once on one folder, and with their folder taken away or made read-only in
# mid-run. Each ends with exit status 1 and a sentence that names the place and the cause (or is
# done); then, with the trouble gone, the same command gives the bytes of an unbroken run.
# Needs $YOAKE; root for the disks.
rounds=${1:-8}
[ "$#" -gt 0 ] && shift
[ "$#" -gt 0 ] || set -- batch shard merge
# shellcheck source=tests/long/cohort-runs.sh
. "$(dirname "$0")/cohort-runs.sh"
bad=0
complain() {
    echo "$command, $what: $*"
    sed 's/^/    /' said differs 2>/dev/null
    bad=$((bad + 1))
}
# Exit status 1 with this in the sentence, or done.
said_or_done() {
    [ "$code" -eq 3 ] && done=$((done + 1)) && return
    said=$((said + 1))
    { [ "$code" -eq 1 ] && grep -qE "$1" said; } || complain "exit $code"
}
is_same_again() {
    run >json 2>said
    code=$?
    finish
    { [ "$code" -eq 3 ] && same; } || complain "not mended: exit $code"
}
report() {
    printf '%-6s %-34s %2d said, %2d done, then all mended\n' "$command" "$what" "$said" "$done" >&2
}

mount_now() {
    rm -rf now && mkdir now && mount -t tmpfs -o "size=${1}k" tmpfs now && cp -a before/. now
}
unmount_now() {
    umount now
    rm -rf now
}
small_disks() {
    what="a small disk" said=0 done=0
    least=$(du -sk before | cut -f1)
    most=$(($(du -sk after | cut -f1) + 1500))
    for i in $(seq 0 "$rounds"); do
        mount_now "$((least + 16 + (most - least) * i / rounds))" || return
        run >json 2>said
        code=$?
        said_or_done 'No space left on device'
        find now -name '*.part*' -o -name 'lock*' | grep -q . && complain "something half-written stays"
        mount -o remount,size=100m now
        is_same_again
        unmount_now
    done
    report
}
read_only_disk() {
    what="a read-only disk" said=0 done=0
    mount_now 100000 || return
    mount -o remount,ro now
    run >json 2>said
    code=$?
    said_or_done 'Read-only file system|cannot be written'
    mount -o remount,rw now
    is_same_again
    unmount_now
    report
}
two_at_once() {
    what="two at once" said=0 done=0
    for _ in $(seq "$(((rounds + 1) / 2))"); do
        rm -rf now && cp -a before now
        run >json 2>first &
        pid=$!
        run >json2 2>second
        codes=$?
        wait "$pid"
        for code in "$codes" "$?"; do
            cat first second >said
            said_or_done 'another (batch|task) works (in|here)|another program uses'
        done
        finish
        same || complain "the result differs"
        is_same_again
    done
    report
}
# in_mid_run BREAK MEND SENTENCE
in_mid_run() {
    for part in $(seq "$rounds"); do
        rm -rf now && cp -a before now && chmod -R a+rwX .
        (run >json 2>said) &
        pid=$!
        nap "$((length * part / rounds))"
        $1
        wait "$pid"
        code=$?
        $2
        said_or_done "$3"
        is_same_again
    done
    report
}
take_away() { mv now away; }
bring_back() {
    [ -d now ] && cp -a now/. away # begun anew in the same place: a shard makes its folder
    rm -rf now
    mv away now
}
forbid() { chmod -R a-w now; }
allow() { chmod -R a+w now; }
vanished() {
    what="the folder taken away" said=0 done=0
    in_mid_run take_away bring_back 'No such file or directory|was taken away|disk I/O error'
}
forbidden() {
    what="the folder made read-only" said=0 done=0
    # As somebody to whom permissions apply.
    EXEC='setpriv --reuid=65534 --clear-groups'
    in_mid_run forbid allow 'Permission denied|cannot be written|Operation not permitted|disk I/O error'
    EXEC=
}

make_inputs 0.3
JOBS=2
chmod a+rx . "$yoake"
for name in "$@"; do
    begin "$name"
    if mkdir -p try && mount -t tmpfs -o size=100k tmpfs try 2>/dev/null; then
        umount try
        small_disks
        read_only_disk
    else
        echo "SKIPPED: a small and a read-only disk need root and a kernel that mounts" >&2
    fi
    two_at_once
    vanished
    if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups "$yoake" --version >/dev/null 2>&1; then
        forbidden
    else
        echo "SKIPPED: a folder without permission needs root and setpriv" >&2
    fi
done
[ "$bad" -eq 0 ] && echo "every bad disk was said, and mended"
