#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The recordings of this folder, made by `yoake simulate`. usage: make.sh YOAKE [--update]
# Without --update everything is made in a temporary folder and compared with what is here;
# with it, what is here is replaced.
set -eu
yoake=$1
mode=${2:-compare}
here=$(cd "$(dirname "$0")" && pwd)
case $yoake in /*) ;; *) yoake=$(pwd)/$yoake ;; esac

# name | zone | options | what it is
table() {
    cat <<'TABLE'
ax3-night|Asia/Tokyo|--rate 6.25 --days 0.7 --start "2026-05-11 16:00" --seed 7 --subject P07|an AX3, one evening, night and morning of a regular sleeper
ax3-damaged|Asia/Tokyo|--rate 6.25 --days 0.3 --start "2026-05-12 09:00" --seed 8 --restarts 1 --gaps 2 --bad-sectors 4 --nonwear 1|an AX3 that stopped and started again, lost sectors and has sectors with wrong checksums
ax3-100hz|Asia/Tokyo|--rate 100 --days 0.02 --start "2026-05-12 09:00" --seed 9|an AX3 at 100 Hz, half an hour
ax3-unpacked|Asia/Tokyo|--rate 25 --unpacked --days 0.02 --start "2026-05-12 09:00" --seed 10|an AX3 that writes 16-bit samples
ax6-exchanged|Asia/Tokyo|--device ax6 --gyro 500 --firmware 55 --rate 25 --days 0.02 --start "2026-05-12 09:00" --seed 11|an AX6 whose firmware exchanges accelerometer and gyroscope in the first 1024 samples
ax3-spring-night|Europe/London|--rate 6.25 --days 0.5 --start "2026-03-28 20:30" --seed 12|an AX3 in a night in which summer time begins; its clock stays as it was set
ax3-two-sessions|Asia/Tokyo|--rate 6.25 --days 0.2 --start "2026-05-12 09:00" --seed 13 --two-sessions|an AX3 configured again without erasing: two sessions in one file
ax3-header-only|Asia/Tokyo|--header-only --seed 14|an AX3 that was configured and never started
TABLE
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

table | while IFS='|' read -r name zone options what; do
    eval "set -- $options"
    "$yoake" simulate --quiet --zone "$zone" -o "$name.cwa" "$@"
    cat >"$name.origin.md" <<ORIGIN
# $name.cwa

Made, not measured: $what. No real person's data. Licence: that of this program.

    yoake simulate --zone $zone -o $name.cwa $options

Generator: \`yoake simulate\`, model version $(sed -n 's/.*"model_version": \([0-9]*\).*/\1/p' "$name.truth.json"); the seed is in the command.
The truth is in \`$name.truth.json\`; \`$name.expected.json\` is what \`yoake info --json --zone $zone $name.cwa\` says.
ORIGIN
    if "$yoake" help info >/dev/null 2>&1; then
        "$yoake" info --json --zone "$zone" "$name.cwa" >"$name.expected.json"
    fi
done

if [ "$mode" = --update ]; then
    cp ./*.cwa ./*.json ./*.origin.md "$here"/
    echo "sample-data: replaced"
    exit 0
fi
bad=0
for file in *; do
    if ! cmp -s "$file" "$here/$file"; then
        echo "sample-data: $file is not what the simulator makes now"
        bad=1
    fi
done
[ "$bad" -eq 0 ] && echo "sample-data: as made"
exit "$bad"
