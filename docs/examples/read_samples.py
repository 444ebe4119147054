#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""read_samples.py FILE.h5 [FILE.csv]: what `yoake convert` wrote, with h5py and pandas: samples in g with
their times, and readings (temperature, light, battery), one a block. The CSV has the same samples."""
import sys

import h5py
import numpy as np
import pandas as pd

with h5py.File(sys.argv[1]) as file:
    samples = pd.DataFrame({k: file["samples"][k][:] for k in "xyz"},
                           index=pd.to_datetime(file["samples"]["time_ns"][:], utc=True))
    readings = file["readings"]["temperature_c"][:]
    zone = file["samples"].attrs["zone"]
    zone = zone.decode() if isinstance(zone, bytes) else str(zone)
magnitude = np.sqrt((samples.astype(float) ** 2).sum(axis=1))
print(f"hdf5: {len(samples)} samples, mean |a| {magnitude.mean():.4f} g, {len(readings)} readings")
print("first sample:", samples.index[0].tz_convert(zone).strftime("%Y-%m-%d %H:%M:%S"))
if len(sys.argv) > 2:
    table = pd.read_csv(sys.argv[2], comment="#")
    magnitude = np.sqrt((table[["x", "y", "z"]] ** 2).sum(axis=1))
    print(f"csv: {len(table)} samples, mean |a| {magnitude.mean():.4f} g")
