#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# coverage.sh BUILD: lines and branches of each product file that the last test run reached (gcov).
build=$1
find "$build" -name '*.gcda' ! -path '*/tests/*' | while read -r data; do
    object=${data%.gcda}.o
    gcov -b -n -o "$(dirname "$object")" "$object" 2>/dev/null |
        awk -v want="${object#"$build"/}" '
            /^File / { gsub(/\x27/, "", $2); file = $2 }
            /^Lines executed/ { split($0, part, /[:% ]+/); lines = part[3] }
            /^Branches executed/ && file ~ /[.]c$/ && file !~ /^\// {
                split($0, part, /[:% ]+/)
                printf "%6.1f%% lines %6.1f%% branches  %s\n", lines, part[3], file
            }'
done | sort -u -k 5 | sort -n
