#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# group-means.sh DEPRESJON FOLDER: mean activity of the depressed and of the controls of the Depresjon
# recordings, as Berle et al. 2010 (BMC Res Notes 3:149) have it: per recording over the published number
# of whole days from the first midnight, then mean and SD over recordings.
#
# DEPRESJON holds condition_*.csv(.gz), control_*.csv(.gz) and scores.csv. The recordings are taken whole
# (nonwear=none): the published days are the study's own choice of what counts.
set -eu
data=${1:?folder of the Depresjon recordings} out=${2:?folder for the tables}
# The recordings alone: scores.csv is a table, too.
set --
for file in "$data"/condition_*.csv* "$data"/control_*.csv*; do
    [ -e "$file" ] && set -- "$@" "$file"
done
"${YOAKE:-yoake}" batch "$@" -o "$out" --zone Europe/Oslo --set nonwear=none --set day_min_h=0 --quiet
sqlite3 -csv "$out/cohort.sqlite" \
    "SELECT recording_id, date, counts_sum, valid_h, (SELECT substr(start_ts, 1, 19) FROM recording AS r WHERE r.recording_id = day.recording_id) FROM day ORDER BY recording_id, date" |
    awk -F, '
        FNR == NR { days[$1] = $2; next }
        # A day that began before the recording is not whole.
        { gsub(/"/, ""); first = substr($5, 1, 10); if ($2 == first && substr($5, 12) != "00:00:00") next }
        ++n[$1] <= days[$1] { counts[$1] += $3; hours[$1] += $4 }
        END {
            for (id in counts) {
                group = id ~ /^condition/ ? "depressed" : "control"
                mean = counts[id] / (hours[id] * 60)
                k[group]++; sum[group] += mean; square[group] += mean * mean
            }
            for (g in k)
                printf "%s %.1f +- %.1f counts/min (%d recordings)\n", g, sum[g] / k[g],
                    sqrt((square[g] - sum[g] * sum[g] / k[g]) / (k[g] - 1)), k[g]
        }' "$data/scores.csv" - | sort
