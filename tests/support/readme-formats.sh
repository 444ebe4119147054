#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# readme-formats.sh PROGRAM README: puts the program's table of formats between the two marks.
set -eu
table=$(mktemp)
trap 'rm -f "$table" "$2.part"' EXIT
"$1" formats --markdown >"$table"
awk -v table="$table" '
    /^<!-- formats end -->/ { inside = 0 }
    !inside { print }
    /^<!-- formats: / { inside = 1; while ((getline line <table) > 0) { print line } }
' "$2" >"$2.part"
cat "$2.part" >"$2"
