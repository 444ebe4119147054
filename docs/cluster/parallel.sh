#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A cohort with GNU parallel, on this machine or on those in --sshlogin. Run it again after a failure:
# what is done is kept.
set -eu
mkdir -p run
# 3: some files cannot be read; they are in the list with the others.
[ -e run/manifest.csv ] || yoake manifest "${1:?folder of the cohort}" -o run/manifest.csv || [ $? -eq 3 ]
# shellcheck disable=SC2016 # the shell that parallel starts expands it
seq 0 39 | parallel --jobs "${JOBS:-2}" --joblog run/jobs.log \
    'yoake batch --manifest run/manifest.csv --shard {}/40 -o run --jobs 1 --zone Asia/Tokyo --quiet; code=$?; [ $code -eq 3 ] || [ $code -eq 4 ] || exit $code'
exec yoake merge run -o tables
