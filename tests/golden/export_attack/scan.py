# SPDX-License-Identifier: GPL-3.0-or-later
"""scan.py FOLDER [AS_IS]: every byte of an export, decompressed where it is compressed: prints what
is a planted marker, and every time inside (or a day around) a recording of the unshifted export
AS_IS."""
import calendar
import csv
import os
import re
import sys
import time
import zlib

try:
    import h5py
    import numpy
except ModuleNotFoundError:
    h5py = None

folder = sys.argv[1]
spans = []  # ns, of the recordings as they were
if len(sys.argv) > 2:
    with open(sys.argv[2] + "/recording.csv") as f:
        for row in csv.DictReader(f):
            spans.append([calendar.timegm(time.strptime(row[at][:10], "%Y-%m-%d")) * 10**9 + by
                          for at, by in (("start_ts", -86400 * 10**9), ("end_ts", 2 * 86400 * 10**9))])
MARKS = [b"ZZQ7", "ZZQ7".encode("utf-16-le"), "ZZQ7".encode("utf-16-be"), "山田".encode(),
         "-山田".encode("cp932"), "-山田".encode("utf-16-le"), b"70042", b"TAS1H52220588",
         b"5a5a5137", b"5A5A5137", b"NEO1C04110003", b"NEO1DXXXXXXXX", b"051386", b"Ver4.08a", b"4711",
         b"23121"]  # as the sample files have them, NEO1D's Xs too; the last: 0x5A51, a header's number
found = set()


def stands(mark, data):
    """Digits of measured values can look like a number: only where it stands alone. Among the
    millions of measured bytes of an export four or five are like a mark by chance now and then:
    there a short one counts with four more characters beside it."""
    plain = re.escape(mark)
    if mark.isdigit():
        plain = rb"(?<![0-9.])" + plain + rb"(?![0-9])"
    if len(mark) < 6 and b"\0" in data:
        around = [b"[ -~]{%d}" % before + plain + b"[ -~]{%d}" % (4 - before) for before in range(5)]
        plain = b"|".join(around)
    return re.search(plain, data)


def look(data, where):
    for mark in MARKS:
        if mark in data and stands(mark, data):
            found.add(f"{where}: holds {mark!r}")


def look_times(times, where):
    for first, last in spans:
        if any(first <= t < last for t in times):
            found.add(f"{where}: a time of the recording")


def look_dates(text, where):
    for year, month, day in re.findall(r"(?<!\d)(\d{4})-([01]\d)-([0-3]\d)", text):
        look_times([calendar.timegm((int(year), int(month), int(day), 12, 0, 0)) * 10**9],
                   f"{where}: {year}-{month}-{day}")


def inflate(data, where):
    """Whatever in the file is a zlib or gzip stream."""
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        stream = zlib.decompressobj(47)
        try:
            inflated = stream.decompress(data[start.start():], 1 << 26)
        except zlib.error:
            continue
        if stream.eof:  # its checksum is right: no chance bytes that only begin like a stream
            look(inflated, where + " (inflated)")


def look_hdf5(path, where):
    def value(name, v):
        if isinstance(v, (bytes, str)):
            text = v.decode(errors="replace") if isinstance(v, bytes) else v
            look(text.encode(), where + ":" + name)
            look_dates(text, where + ":" + name)

    def column(name, values):
        if values.dtype.kind in "SO":
            for v in values:
                value(name, v)
        if values.dtype.kind == "i" and values.dtype.itemsize == 8 and spans:
            for first, last in spans:
                if ((values >= first) & (values < last)).any():
                    found.add(f"{where}:{name}: times of the recording")

    def visit(name, item):
        for key, v in item.attrs.items():
            value(name + "@" + key, v)
            if key.endswith("_ns"):
                look_times([int(v)], where + ":" + name + "@" + key)
        if not isinstance(item, h5py.Dataset):
            return
        values = numpy.atleast_1d(item[()])
        if values.dtype.names is None:
            column(name, values)
        for member in values.dtype.names or ():  # a dataset of records
            column(name + "." + member, values[member])

    with h5py.File(path, "r") as f:
        visit("", f)
        f.visititems(visit)


n = 0
for root, folders, files in os.walk(folder):
    for name in folders + files:
        look(name.encode(), "name of " + name)
        look_dates(name, "name of " + name)
    for name in files:
        path = os.path.join(root, name)
        n += 1
        with open(path, "rb") as f:
            data = f.read()
        look(data, name)
        inflate(data, name)
        if abs(os.stat(path).st_mtime - time.time()) > 3600:
            found.add(name + ": the time of the file is not that of the export")
        if name.endswith(".csv"):
            look_dates(data.decode(), name)
        if name.endswith(".h5") and h5py:
            look_hdf5(path, name)
if h5py is None:
    print("SKIPPED: h5py is not there, HDF5 was read as bytes only", file=sys.stderr)
for line in sorted(found)[:40]:
    print(line)
print("looked at" if n > 0 else "NOTHING in", os.path.basename(folder))
