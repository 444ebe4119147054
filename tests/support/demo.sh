#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh YOAKE DIR: an invented person's week from recorder file to tables and review. Everything
# is written below DIR; nothing real is needed and nothing is sent anywhere.
set -e
yoake=$1
out=$2
week="$out/week.cwa"
rm -rf "$out/tables"
mkdir -p "$out"

say() {
    printf '\n== %s\n' "$*" >&2
}

say "1. a week on the wrist: yoake simulate"
"$yoake" simulate -o "$week" --device ax3 --days 7 --seed 1 --zone Asia/Tokyo
ls -l "$week"*

say "2. what is in the file: yoake info"
"$yoake" info "$week" --zone Asia/Tokyo

say "3. tables for research: yoake batch"
# Status 4 says that something wants a look (a short recording, say); the tables are there.
"$yoake" batch "$week" -o "$out/tables" --zone Asia/Tokyo || [ $? -eq 4 ]
find "$out/tables" -type f | sort | xargs ls -l

say "4. nights"
cut -d, -f 1,3,6-11 "$out/tables/night.csv"

say "5. the life-rhythm review: yoake review"
"$yoake" review "$week" --zone Asia/Tokyo

say "done: see $out"
