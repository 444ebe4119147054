#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A cohort under Slurm. Once: yoake manifest /data/cohort -o run/manifest.csv; mkdir run/logs
# Then: sbatch slurm.sh, and again until merge says that nothing is missing: what is done is kept.
#SBATCH --job-name=yoake
#SBATCH --array=0-39%20
#SBATCH --cpus-per-task=1
#SBATCH --output=run/logs/%A_%a.out
#SBATCH --requeue
set -eu
# The count stands here, not in SLURM_ARRAY_TASK_MAX: a single task sent again must cut the list alike.
yoake batch --manifest run/manifest.csv --shard auto/40 -o run --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --zone Asia/Tokyo --no-progress || code=$?
# 3 and 4 are about recordings (failed, empty): they stand in quality.csv and are no task's failure.
case ${code:-0} in 0 | 3 | 4) exit 0 ;; *) exit "$code" ;; esac
