#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""read_results.py FOLDER: what batch wrote, with pandas (CSV, SQLite) and h5py (HDF5).

Prints the same three numbers from each, so that a reader sees how columns and types come over.
"""
import sqlite3
import sys

import h5py
import pandas as pd

folder = sys.argv[1]
nights = pd.read_csv(f"{folder}/night.csv")
counted = nights[nights.exclude_reason.isna()]
print(f"csv: {len(nights)} nights, {len(counted)} counted, mean sleep {counted.tst_min.mean():.2f} min")

with sqlite3.connect(f"{folder}/cohort.sqlite") as db:
    table = pd.read_sql("SELECT * FROM night WHERE exclude_reason IS NULL", db)
print(f"sqlite: {len(table)} counted, mean sleep {table.tst_min.mean():.2f} min")

# Times have their offset from UTC: they become instants, whatever zone this computer is in.
onset = pd.to_datetime(counted.sleep_onset_ts, utc=True).dt.tz_convert("Asia/Tokyo")
print("first onset:", onset.iloc[0].strftime("%Y-%m-%d %H:%M"))

asleep = 0
for recording in sorted(nights.recording_id.unique()):
    with h5py.File(f"{folder}/recordings/{recording}.h5") as file:
        epochs = file["epochs"]
        t0 = pd.Timestamp(int(epochs.attrs["t0_ns"]), tz="UTC")
        column = "enmo_mg" if "enmo_mg" in epochs else "counts"
        series = pd.Series(epochs[column][:], index=t0 + pd.to_timedelta(
            range(len(epochs[column])), unit="s") * int(epochs.attrs["epoch_s"]))
        asleep += len(series)
        unit = epochs[column].attrs["unit"]
        unit = unit.decode() if isinstance(unit, bytes) else str(unit)
        # One-row tables are records: a named column of the first one is a value.
        sleep_rule = file["parameters"]["sleep"][0].decode()
print(f"hdf5: {asleep} epochs, {column} in {unit}, sleep={sleep_rule}")
