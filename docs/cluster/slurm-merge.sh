#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# After the array: sbatch --dependency=afterany:JOB slurm-merge.sh (afterany: a cancelled task must not
# keep the merge from saying what is missing).
#SBATCH --job-name=yoake-merge
#SBATCH --output=run/logs/merge-%j.out
exec yoake merge run -o tables
