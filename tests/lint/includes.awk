# SPDX-License-Identifier: GPL-3.0-or-later
#
# Which room may include which, and which file is the door to a library (docs/architecture.md, "Rooms").
# Usage: awk -f includes.awk FILE...
BEGIN {
    allow["src/base"] = ""
    allow["src/model"] = "src/base"
    allow["src/h5"] = "src/base src/model"
    allow["firmware-formats"] = "src/base src/model src/h5"
    allow["drivers"] = "src/base src/model"
    allow["algorithms"] = "src/base src/model"
    allow["src/store"] = "src/base src/model src/h5"
    allow["src/simulate"] = "src/base src/model"
    allow["src/pipeline"] = "src/base src/model src/h5 src/store src/export firmware-formats algorithms"
    allow["src/dock"] = "src/base src/model src/store src/pipeline drivers"
    allow["src/report"] = "src/base src/model"
    allow["src/export"] = "src/base src/model"
    allow["src/web"] = "*"
    allow["src/cli"] = "*"
    allow["src"] = "*" # main.c
    allow["tests"] = "*"
    # Layouts are pure functions on bytes: the simulator, drivers and the dock use them too.
    layouts["drivers"] = layouts["src/simulate"] = layouts["src/dock"] = 1

    # Library header (start of its name) -> where it may be included, as a regular expression.
    door["libusb"] = "^drivers/usb_libusb(_port|_transfer)?[.]c$|^drivers/usb_libusb_parts[.]h$"
    door["hdf5"] = "^src/h5/"
    door["H5"] = "^src/h5/"
    door["sqlite3"] = "^(src/store/|firmware-formats/agd([.]c|_vfs[.][ch])$)"
    door["zlib"] = "^firmware-formats/gzip_source[.]c$"
    door["sodium"] = "^src/store/identity_key[.]c$"
    door["openssl/"] = "^src/base/digest[.]c$"
    door["fftw3"] = "^algorithms/spectrum[.]c$"
    door["gsl/"] = "^algorithms/(fit|distributions)[.]c$"
    door["zip.h"] = "^firmware-formats/zip_source[.]c$"
    door["cairo"] = "^src/report/canvas"
    door["pango"] = "^src/report/canvas"
    door["microhttpd"] = "^src/web/server[.]c$"
    door["jansson"] = "^(src/web/|src/cli/json_out[.]c$)"
    door["glib"] = "^src/base/(zone|config)[.]c$"
    door["gio/"] = "^src/base/(zone|config)[.]c$"
}

function room_of(path,    part, n) {
    n = split(path, part, "/")
    return part[1] == "src" && n > 2 ? "src/" part[2] : part[1]
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    target = quoted[2]
    here = room_of(FILENAME)
    there = room_of(target)
    if (target ~ /^[.]/ || !(there in allow)) {
        complain("\"" target "\" is not written from the repository root")
    } else if (here == there || allow[here] == "*") {
        next
    } else if ((here in layouts) && target ~ /^firmware-formats\/[a-z0-9_]*_layout[.]h$/) {
        next
    } else if (index(" " allow[here] " ", " " there " ") == 0) {
        complain(here " may not include " there " (" target ")")
    }
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    if (room_of(FILENAME) == "tests") {
        next
    }
    target = $0
    sub(/^[^<]*</, "", target)
    sub(/>.*/, "", target)
    for (library in door) {
        if (index(target, library) == 1 && FILENAME !~ door[library]) {
            complain("<" target "> has its door elsewhere: " door[library])
        }
    }
}

END { exit bad }
