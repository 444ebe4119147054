# SPDX-License-Identifier: GPL-3.0-or-later
"""plant.py SHARED OUT: one recording of every format that holds a header, with markers (ZZQ7...) in
every field that a person or a recorder fills in: names, numbers, notes, places, and file names.
Standard library only."""
import os
import re
import sqlite3
import struct
import sys
import zipfile

shared, out = sys.argv[1] + "/data/", sys.argv[2] + "/"
MARK = b"ZZQ7"


def read(name):
    with open(shared + name, "rb") as f:
        return f.read()


def write(name, data):
    with open(out + name, "wb") as f:
        f.write(data)


def replaced(data, pattern, value, where):
    """Every match of pattern's group 1 becomes value; it must match."""
    new, n = re.subn(pattern, lambda m: m.group(0).replace(m.group(1), value) if m.group(1)
                     else m.group(0) + value, data, flags=re.M)
    if n == 0:
        sys.exit(f"{where}: nothing like {pattern!r} to plant a marker in")
    return new


def lines(data, fields, where):
    for field in fields:
        data = replaced(data, field, MARK + b"TEXT", where)
    return data


def zipped(name, members, comment):
    with zipfile.ZipFile(out + name, "w", zipfile.ZIP_DEFLATED) as z:
        for member, data in members:
            z.writestr(member, data)
        z.comment = comment


# Axivity: header's reserved half, annotation and number are planted by `simulate` and here; a
# foreign sector with somebody's text, a sector with a wrong sum, a torn tail.
cwa = bytearray(read("cwa/ax3_testfile.cwa"))
cwa[64:96] = b"_c=ZZQ7CENTRE&_sc=ZZQ7SC&_n=ZZQ7"
cwa[512:520] = b"ZZQ7RSRV"
struct.pack_into("<H", cwa, 5, 0x5A51)
at = 1024 + 512 * 20
cwa[at:at + 512] = (b"ZZQ7FOREIGNSECTOR" * 40)[:512]
cwa[at + 512 + 100:at + 512 + 108] = b"ZZQ7DATA"  # its sum is wrong now
write("ZZQ7FILE-ax3.cwa", bytes(cwa) + b"ZZQ7TAIL")

# GENEActiv and GENEA: text lines, in every page again.
gnactv = lines(read("geneactiv/gnactv_sample.bin"),
               [rb"Study Centre:(UNC)", rb"Study Code:(1851)", rb"Investigator ID:()",
                rb"Exercise Type:()", rb"Config Operator ID:()", rb"Config Notes:()",
                rb"Extract Operator ID:()", rb"Extract Notes:([^\r\n]*)",
                rb"Device Location Code:(back)", rb"Subject Code:(0001)", rb"Subject Notes:()",
                rb"Handedness Code:()", rb"^Unassigned:()"], "geneactiv")
write("ZZQ7FILE-geneactiv.bin", gnactv)
genea = lines(read("geneactiv/genea_testfile.bin"),
              [rb"Study-Centre:(MRCC)", rb"Study-Code:(PAAS)", rb"Investigator-Id:(VvH)",
               rb"Volunteer-Number:(03)", rb"Body-Location:(RW)"], "genea")
write("ZZQ7FILE-genea.bin", genea)

# ActiGraph: the archive's text, further members, and its comment.
for name, label in (("gt3x/link_100hz_3min.gt3x", "link"), ("gt3x/neo_v1_30hz.gt3x", "neo")):
    members = []
    with zipfile.ZipFile(shared + name) as z:
        for info in z.infolist():
            data = z.read(info)
            if info.filename == "info.txt":
                data = replaced(data, rb"Subject Name: (\S+)", b"ZZQ7NAME", label)
                data += b"\r\nRace: ZZQ7RACE\r\n"
            members.append((info.filename, data))
    members.append(("ZZQ7MEMBER.txt", b"ZZQ7NOTE"))
    zipped(f"ZZQ7FILE-{label}.gt3x", members, b"ZZQ7COMMENT")

agd = out + "ZZQ7FILE-agd.agd"
write("ZZQ7FILE-agd.agd", read("counts/GT3XPlus-RawData-Day01.agd"))
db = sqlite3.connect(agd)
for setting in ("subjectname", "machinename", "race", "limb", "side", "filter"):
    db.execute("UPDATE settings SET settingValue = 'ZZQ7' || settingName WHERE settingName = ?",
               (setting,))
db.execute("CREATE TABLE notes (text)")
db.executemany("INSERT INTO notes VALUES (?)", [("ZZQ7NOTE %d" % i,) for i in range(999)])
db.commit()
db.execute("DELETE FROM notes")  # pages on the free list keep it
db.commit()
db.close()

write("ZZQ7FILE-raw.csv",
      replaced(read("actigraph-csv/cle_40hz_raw_timestamps.csv"),
               rb"Serial Number: (CLE2B20130009)", b"ZZQ7SERIAL", "actigraph csv"))
write("ZZQ7FILE-actical.csv",
      lines(read("actigraph-csv/Actical.csv"),
            [rb"Identity:,(AM\d+)", rb"Filename:,()", rb"Device Serial Number:,(B11FFFF)",
             rb"Device Location:,(WRIST)"], "actical"))

# Matrix: 512 bytes of remarks before the header.
matrix = bytearray(read("matrix/mtx_12.5Hz_acc.BIN"))
matrix[16:32] = b"ZZQ7REMARKMATRIX"
write("ZZQ7FILE-matrix.BIN", bytes(matrix))

os.mkdir(out + "ZZQ7FOLDER")
unisens = read("unisens/unisens.xml")
unisens = replaced(unisens, rb'comment="(UNISENS[^"]*)"', b"ZZQ7COMMENT", "unisens")
unisens = replaced(unisens, rb'"(Participant 1)"', b"ZZQ7PERSON", "unisens")
unisens = replaced(unisens, rb'"(01234)"', b"ZZQ7SERIAL", "unisens")
zipped("ZZQ7FILE-unisens.zip",
       [("ZZQ7FOLDER/unisens.xml", unisens), ("ZZQ7FOLDER/acc.bin", read("unisens/acc.bin"))],
       b"ZZQ7COMMENT")

# Count files.
write("ZZQ7FILE-old.AWD",
      replaced(replaced(read("counts/example_01.AWD"), rb"\A(example_01)", b"ZZQ7NAME", "awd"),
               rb"^(V664055)", b"VZZQ7", "awd"))
write("ZZQ7FILE-mw8.mtn",
      lines(read("counts/test_sample.mtn"), [rb"UserID</name><content>(TEST_SAMPLE)<"], "mtn"))
write("ZZQ7FILE-acttrust.txt",
      lines(read("counts/test_sample_atr_head.txt"),
            [rb"SUBJECT_NAME : (TEST_SAMPLE)", rb"DEVICE_ID : (myUUID)",
             rb"SUBJECT_DESCRIPTION :()"], "acttrust"))
write("ZZQ7FILE-dqt.csv",
      replaced(read("counts/test_sample_dqt_head.csv"), rb"(myUUID)", b"ZZQ7UUID", "dqt"))
write("ZZQ7FILE-rpx.csv",
      lines(read("counts/test_sample_rpx_eng.csv"),
            [rb'"Identity:","(TEST_SAMPLE_UK)"', rb'"Full Name:","(\*)"', rb'"Initials:","(\*)"',
             rb'"Street Address:","(\*)"'], "rpx"))
write("ZZQ7FILE-tal.txt",
      lines(read("counts/test_sample_tal_head.txt"),
            [rb"(Optional line with comments)", rb"rie: (00000)"], "tal"))

# A table of epochs, explained by a file beside it.
rows = "".join(f"2003-05-{6 + i // 1440:02d} {i // 60 % 24:02d}:{i % 60:02d}:00,{(i * 7919) % 97}\n"
               for i in range(3 * 1440))
write("ZZQ7FILE-table.csv", ("timestamp,activity\n" + rows).encode())
write("ZZQ7FILE-table.ini", b"person_id = ZZQ7INI\ndevice_serial = ZZQ7INISERIAL\n"
      b"zone = Asia/Tokyo\n")
