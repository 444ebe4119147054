#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh DIR INITRAMFS [SECONDS]: boots, runs guest-test, passes its output and its result on.
# ACCEL=kvm for hardware virtualisation; the default, tcg, needs none.
set -u
dir=$1
initramfs=$2
limit=${3:-420}
kernel=$dir/root/boot/vmlinuz-$(cat "$dir/version")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
began=$(date +%s)
timeout -k 5 "$limit" qemu-system-x86_64 -M q35 -accel "${ACCEL:-tcg}" -cpu "${CPU:-max}" \
    -m "${MEM:-1024}" -smp "${SMP:-2}" -nodefaults -display none -serial stdio -no-reboot -kernel "$kernel" \
    -initrd "$initramfs" -append "console=ttyS0 quiet loglevel=3 panic=-1 tsc=reliable" \
    </dev/null 2>&1 | tr -d '\r' | tee "$log"
result=$(sed -n 's/^GUEST RESULT \([0-9]*\)$/\1/p' "$log")
echo "test-kernel: $(($(date +%s) - began)) s"
[ -n "$result" ] || {
    echo "FAILED: the guest gave no result within $limit s"
    exit 1
}
exit "$result"
