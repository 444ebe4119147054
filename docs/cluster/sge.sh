#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A cohort under Grid Engine: qsub sge.sh. Its tasks count from 1, which auto/40 knows.
#$ -N yoake
#$ -t 1-40
#$ -cwd
#$ -o run/logs
#$ -j y
set -eu
yoake batch --manifest run/manifest.csv --shard auto/40 -o run --jobs 1 --zone Asia/Tokyo --no-progress ||
    code=$?
case ${code:-0} in 0 | 3 | 4) exit 0 ;; *) exit "$code" ;; esac
