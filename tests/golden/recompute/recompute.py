# SPDX-License-Identifier: GPL-3.0-or-later
"""recompute.py TABLES: person.csv and recording.csv once more from night.csv and day.csv, and night.csv
and day.csv from themselves, with pandas; every number that differs by more than its printed decimals
is named."""
import sys

import numpy as np
import pandas as pd

folder = sys.argv[1]
night = pd.read_csv(f"{folder}/night.csv", dtype={"person_id": str, "recording_id": str})
day = pd.read_csv(f"{folder}/day.csv", dtype={"person_id": str, "recording_id": str})
recording = pd.read_csv(f"{folder}/recording.csv", dtype={"person_id": str, "recording_id": str})
person = pd.read_csv(f"{folder}/person.csv", dtype={"person_id": str})
n_compared = n_known = 0
wrong = []


def same(where, name, got, want, tolerance):
    global n_compared, n_known
    n_compared += 1
    if pd.isna(got) and pd.isna(want):
        return
    n_known += 1
    if pd.isna(got) or pd.isna(want) or abs(got - want) > tolerance:
        wrong.append(f"{where} {name}: printed {got}, recomputed {want}")


def hours(ts, date):
    """Clock hours since the midnight before the evening, as a wall clock shows them."""
    local = pd.to_datetime(ts.str[:19])
    return (local - pd.to_datetime(date)).dt.total_seconds() / 3600


# ---- a night by itself ----
utc = {c: pd.to_datetime(night[c], utc=True) for c in ("sleep_onset_ts", "wake_ts")}
spt = (utc["wake_ts"] - utc["sleep_onset_ts"]).dt.total_seconds() / 60
onset_h = hours(night.sleep_onset_ts, night.night_date)
wake_h = hours(night.wake_ts, night.night_date)
evening = pd.to_datetime(night.night_date)
for i, row in night.iterrows():
    where = f"night {row.recording_id} {row.night_date}"
    same(where, "sleep_onset_h", row.sleep_onset_h, onset_h[i], 6e-5 + 1 / 3600)
    same(where, "wake_h", row.wake_h, wake_h[i], 6e-5 + 1 / 3600)
    same(where, "spt_min", row.spt_min, spt[i], 6e-4 + 1 / 60)
    is_dst = abs((row.wake_h - row.sleep_onset_h) * 60 - row.spt_min) > 1
    if not is_dst:
        same(where, "midsleep_h", row.midsleep_h, (row.sleep_onset_h + row.wake_h) / 2, 2e-4)
    worn = row.spt_min * (1 - row.nonwear_in_spt_pct / 100)
    same(where, "waso_min", row.waso_min, worn - row.tst_min, 2e-2)
    same(where, "sleep_maintenance_pct", row.sleep_maintenance_pct,
         100 * row.tst_min / row.spt_min if row.spt_min > 0 else np.nan, 2e-3)
    if row.weekday_evening != evening[i].strftime("%a") or \
            row.weekday_morning != (evening[i] + pd.Timedelta(days=1)).strftime("%a"):
        wrong.append(f"{where}: weekday")
for i, row in day.iterrows():
    where = f"day {row.recording_id} {row.date}"
    same(where, "ra", row.ra, (row.m10 - row.l5) / (row.m10 + row.l5), 1e-5)
    if row.weekday != pd.to_datetime(row.date).strftime("%a"):
        wrong.append(f"{where}: weekday")

# ---- means ----
NIGHT = {"sleep_onset_h": 4, "wake_h": 4, "midsleep_h": 4, "spt_min": 3, "tst_min": 3, "waso_min": 3}
DAY = {"enmo_mean_mg": 4, "mad_mean_mg": 4, "inactive_min": 3, "light_min": 3, "moderate_min": 3,
       "vigorous_min": 3, "mvpa_bout_min": 3, "counts_sum": 1}


def on_the_face(hours):
    """In (-12, 12]."""
    return -((12 - hours) % 24 - 12)


def social_jetlag(counted, weekend):
    """Clock times have no first one; near the first night's they can be averaged."""
    if not weekend.any() or weekend.all():
        return np.nan
    first = counted.midsleep_h.iloc[0]
    around = first + on_the_face(counted.midsleep_h - first)
    return on_the_face(around[weekend].mean() - around[~weekend].mean())


def once(rows, date, usable, ascending):
    """Of a date in several recordings, the row with the most usable data, the first at a tie."""
    best = rows.sort_values(usable, ascending=ascending, kind="stable").drop_duplicates(date)
    return best.sort_index()


def compare(kind, key, tables):
    for _, row in tables.iterrows():
        where = f"{kind} {row[key]}"
        mine = night[night[key] == row[key]]
        counted = mine[mine.exclude_reason.isna()]
        if kind == "person":
            counted = once(counted, "night_date", "night_invalid_pct", True)
        weekend = counted.weekday_morning.isin(["Sat", "Sun"])
        sets = {"": counted, "_weekday": counted[~weekend], "_weekend": counted[weekend]}
        for suffix, rows in sets.items():
            for column, decimals in NIGHT.items():
                # recording.csv is made from unrounded nights, person.csv from the printed ones
                tolerance = 1.1 * 10 ** -decimals
                same(where, column + "_mean" + suffix, row[column + "_mean" + suffix],
                     rows[column].mean(), tolerance)
                same(where, column + "_sd" + suffix, row[column + "_sd" + suffix],
                     rows[column].std(ddof=1), tolerance)
        same(where, "social_jetlag_h", row.social_jetlag_h, social_jetlag(counted, weekend), 2e-4)
        same(where, "nights_n", row.nights_n, len(mine), 0)
        same(where, "nights_valid_n", row.nights_valid_n, len(counted), 0)
        days = day[day[key] == row[key]]
        counted_days = days[days.exclude_reason.isna()]
        if kind == "person":
            counted_days = once(counted_days, "date", "valid_h", False)
        same(where, "days_valid_n", row.days_valid_n, len(counted_days), 0)
        # Clock hours since one midnight do not wrap: their mean is the circular one, as far as
        # the circular one is defined (a small spread).
        if len(counted) > 1 and counted.midsleep_h.std() < 1.5:
            angle = np.exp(2j * np.pi * counted.midsleep_h / 24).mean()
            circular = np.angle(angle) * 24 / (2 * np.pi)
            off = (row.midsleep_h_mean - circular + 12) % 24 - 12
            same(where, "circular mean of midsleep", off, 0, 0.05)
        if kind == "person":
            for column, decimals in DAY.items():
                for what, value in (("_mean", counted_days[column].mean()),
                                    ("_sd", counted_days[column].std(ddof=1))):
                    same(where, column + what, row[column + what], value, 1.1 * 10 ** -decimals)
            same(where, "recordings_n", row.recordings_n,
                 (recording.person_id == row.person_id).sum(), 0)
            same(where, "days_n", row.days_n, len(days), 0)
            if (row.first_date, row.last_date) != (days.date.min(), days.date.max()):
                wrong.append(f"{where}: dates")
            wanted = recording.min_nights.iloc[0]
            same(where, "is_included", row.is_included, int(len(counted) >= wanted), 0)
        else:
            same(where, "is_included", row.is_included, int(len(counted) >= row.min_nights), 0)


compare("person", "person_id", person)
compare("recording", "recording_id", recording)
if sorted(person.person_id) != sorted(recording.person_id.unique()):
    wrong.append("person.csv does not have the persons of recording.csv")
for line in wrong[:30]:
    print(line)
print(f"{len(recording)} recordings, {len(person)} persons, {len(wrong)} differences")
if n_known < 400:
    print(f"only {n_known} of {n_compared} values were there to compare")
