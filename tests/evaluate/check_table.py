#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The rows of the table beside the labelled recordings, computed a second time with numpy alone:
# says which nights and which variant of a rule give the printed figures (docs/evaluation.md).
# Needs python3-numpy; not part of any test. Use: check_table.py ../shared/data/labelled
import csv
import datetime as dt
import gzip
import sys

import numpy as np

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "../shared/data/labelled"


def table(path):
    with (gzip.open if path.endswith(".gz") else open)(f"{FOLDER}/{path}", "rt") as file:
        return list(csv.DictReader(file))


def runs(flags):
    edge = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edge[::2], edge[1::2]))


def longest(still, block, gap, spare_ends=False):
    """Blocks of up to `block` dropped, then gaps shorter than `gap` filled; the first longest."""
    still, n = still.astype(np.int8), len(still)
    for first, end in runs(still):
        if end - first <= block and not (spare_ends and (first == 0 or end == n)):
            still[first:end] = 0
    for first, end in runs(1 - still):
        if end - first < gap and first > 0 and end < n:
            still[first:end] = 1
    return max(runs(still), key=lambda run: (run[1] - run[0], -run[0]), default=(0, 0))


def moving_median(x, half):
    padded = np.concatenate([np.full(half, x[0]), x, np.full(half, x[-1])])
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)


def show(name, first_errors, last_errors, digits=1):
    line = name
    for e in (np.array(first_errors, float), np.array(last_errors, float)):
        line += f"  {np.abs(e).mean():.2f} / {np.median(np.abs(e)):.{digits}f} / {e.mean():+.2f}"
    print(line, f"({len(first_errors)} nights)")


# ---- couples ----


def interpolated(counts):
    known = ~np.isnan(counts)
    return np.interp(np.arange(len(counts)), np.flatnonzero(known), counts[known])


def trend(counts):
    n, known = len(counts), ~np.isnan(counts)
    sums = np.concatenate([[0], np.cumsum(np.where(known, counts, 0))])
    n_known = np.concatenate([[0], np.cumsum(known)])
    i = np.arange(n)
    low, high = np.maximum(i - 720, 0), np.minimum(i + 720, n)
    return (sums[high] - sums[low]) / np.maximum(n_known[high] - n_known[low], 1)


def still_below_40(watch, half):
    return (moving_median(interpolated(watch["counts"]), half) < 40) & ~watch["off"]


def still_by_trend(watch, half):
    scored = np.where(watch["scored"], watch["counts"], np.nan)
    return moving_median(interpolated(scored), half) <= 0.15 * trend(scored)


def couples():
    watches, nights = {}, []
    for row in table("actiwatch-couples/intervals.csv"):
        name = row["file"]
        if name not in watches:
            minutes = table(f"actiwatch-couples/{name}.csv.gz")
            watches[name] = {
                "t0": dt.datetime.fromisoformat(minutes[0]["time"]),
                "counts": np.array([float(m["counts"] or "nan") for m in minutes]),
                "off": np.array([m["off_wrist"] == "1" for m in minutes]),
                "scored": np.array([m["wake"] != "" for m in minutes]),
            }
        watch = watches[name]
        start, end = (dt.datetime.fromisoformat(row[key]) for key in ("start", "end"))
        noon = (start - dt.timedelta(hours=12)).replace(hour=12, minute=0)
        first, last, day = (int((t - watch["t0"]).total_seconds() // 60) for t in (start, end, noon))
        low, high = max(day, 0), min(day + 1440, len(watch["off"]))
        if (row["kind"] == "REST" and 180 <= last - first <= 900 and last <= day + 1440
                and watch["off"][first:last].mean() < 0.05
                and watch["off"][low:high].mean() < 0.25 and high - low >= 20 * 60):
            nights.append((name, first, last, low, high))
    for name, still in (("11-min median < 40", lambda w: still_below_40(w, 5)),
                        ("5-min median < 40", lambda w: still_below_40(w, 2)),
                        ("trend x 0.15, 31-min median", lambda w: still_by_trend(w, 15)),
                        ("trend x 0.15, 11-min median", lambda w: still_by_trend(w, 5))):
        of = {key: still(watch) for key, watch in watches.items()}
        found = [tuple(low + x for x in longest(of[key][low:high], 30, 60))
                 for key, _, _, low, high in nights]
        show(name, [f[0] - night[1] for f, night in zip(found, nights)],
             [f[1] - night[2] for f, night in zip(found, nights)])


# ---- angles ----


def best_sum(weights):
    best, total, start = (0, 0, 0), 0, 0
    for i, weight in enumerate(weights):
        total += weight
        if total <= 0:
            total, start = 0, i + 1
        elif total > best[0]:
            best = (total, start, i + 1)
    return best[1], best[2]


def calm_upper_60(angle):
    """60 steps, the larger of the two middle ones: what an even window of common filters gives."""
    step = np.concatenate([[0], np.abs(np.diff(angle))])
    ranked = np.sort(np.lib.stride_tricks.sliding_window_view(step, 60), axis=1)[:, 30]
    out = np.zeros(len(angle))
    out[30:30 + len(ranked)] = ranked
    return out


def calm_59(angle):
    step = np.lib.stride_tricks.sliding_window_view(np.abs(np.diff(angle)), 59)
    out = np.zeros(len(angle))
    out[29:29 + len(step)] = np.median(step, axis=1)
    return out


def bouts(angle):
    """Sustained inactivity (van Hees 2015): 5 minutes without a step above 5 degrees."""
    moves = np.flatnonzero(np.abs(np.diff(angle)) > 5)
    inside = np.zeros(len(angle), bool)
    for a, b in zip(moves[:-1], moves[1:]):
        if b - a > 60:
            inside[a:b + 1] = True
    return inside


def angles():
    angle = np.array([float(r["anglez_deg"]) for r in table("anglez-enmo-5s/038441c925bb_first_half.csv.gz")])
    truth = {}
    for row in table("anglez-enmo-5s/events_first_half.csv"):
        if row["step"]:
            truth.setdefault(int(row["night"]), {})[row["event"]] = float(row["step"])
    for label, calm in (("upper median of 60", calm_upper_60), ("median of 59", calm_59)):
        errors = {"longest": [], "edges": [], "best sum, edges": []}
        for night, marks in sorted(truth.items()):
            noon = -3 * 720 - 360 + (night - 1) * 17280
            low, high = max(noon, 0), min(noon + 17280, len(angle))
            medians = calm(angle[low:high])
            still = medians < np.clip(15 * np.percentile(medians, 10), 0.13, 0.5)
            inside = bouts(angle[low:high])
            windows = {"longest": longest(still, 360, 720, True)}
            windows["edges"] = windows["longest"]
            windows["best sum, edges"] = best_sum(np.where(still, 1, -2))
            for key, (first, end) in windows.items():
                if key != "longest":
                    within = np.flatnonzero(inside[first:end])
                    first, end = first + within[0], first + within[-1] + 1
                errors[key].append(((low + first - marks["onset"]) / 12, (low + end - marks["wakeup"]) / 12))
        for key, pairs in errors.items():
            show(f"HDCZA, {label}: {key}", [p[0] for p in pairs], [p[1] for p in pairs], 2)


couples()
angles()
