# SPDX-License-Identifier: GPL-3.0-or-later
#
# Compares the catalogue of Japanese failure sentences (src/base/messages_ja_*.def) with the
# sources: a format of a failure without an entry, an entry that no source says any more, and
# conversions that differ (the English of an entry is the format with bare conversions) are named;
# so is a format that shortens a text by bytes (%.20s and more: shorter ones are digests and offsets).
# Not looked at: formats that are written in both languages where they stand, and the two files of
# entries that are no format of ours (frames, system).
# Usage: awk -f messages.awk src/base/messages_ja_*.def SOURCE...
BEGIN {
    # which argument is the format, from 1
    format_at["failure_set"] = 3
    format_at["failure_set_at"] = 4
    format_at["failure_set_errno"] = 3
    format_at["failure_within"] = 2
    format_at["csv_failure"] = 6
    format_at["cli_usage"] = 2
    format_at["log_error"] = 2 # what the terminal shows without --verbose
    format_at["log_warn"] = 2
    format_at["epoch_csv_plan_remark"] = 2 # what info says of a file
    quoted = "\"([^\"\\\\]|\\\\.)*\""
}

# "%5.1f of %" PRIu64 as the catalogue writes it: "%g of %d".
function bare(format,    out, kind) {
    out = ""
    while (match(format, /%[-+ #0']*([0-9]+|[*])?([.]([0-9]+|[*]))?(hh|h|ll|l|z|j|t|L)?[diuxXeEfFgGsc%]/)) {
        kind = substr(format, RSTART + RLENGTH - 1, 1)
        if (index("iu", kind) > 0) {
            kind = "d"
        } else if (kind == "X") {
            kind = "x"
        } else if (index("eEfFG", kind) > 0) {
            kind = "g"
        }
        out = out substr(format, 1, RSTART - 1) "%" kind
        format = substr(format, RSTART + RLENGTH)
    }
    return out format
}

# What a frame's English matches, as a regular expression: "no memory%s" -> ^no memory.*$
function frame_expression(english,    c, i, out) {
    out = "^"
    for (i = 1; i <= length(english); i++) {
        c = substr(english, i, 1)
        if (c == "%") {
            out = out ".*"
            i++
        } else {
            out = out (index("\\.[]()*+?^$|{}", c) > 0 ? "[" c "]" : c)
        }
    }
    return out "$"
}

function has_entry(format,    i) {
    if (format in japanese) {
        return 1
    }
    for (i = 1; i <= n_frames; i++) {
        if (format ~ frame[i]) {
            return 1
        }
    }
    return 0
}

# A catalogue's line: MESSAGE("English", "Japanese").
function take_entry(line,    english) {
    match(line, quoted)
    english = substr(line, RSTART + 1, RLENGTH - 2)
    if (FILENAME ~ /_frames[.]def$/) {
        frame[++n_frames] = frame_expression(english)
    } else if (FILENAME !~ /_system[.]def$/) {
        japanese[english] = FILENAME ":" FNR
        if (line ~ /^MESSAGE/ && bare(english) != english) {
            printf "%s:%d: a conversion is written bare, like %s\n", FILENAME, FNR, bare(english)
            bad = 1
        }
    }
}

# A line without its comments; in_comment lives on between lines.
function code_of(line,    out) {
    out = ""
    while (line != "") {
        if (in_comment) {
            if (!match(line, /[*]\//)) {
                return out
            }
            in_comment = 0
            line = substr(line, RSTART + RLENGTH)
        } else if (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|\/[*]/)) {
            in_comment = substr(line, RSTART, 2) == "/*"
            out = out substr(line, 1, RSTART - 1) (in_comment ? " " : substr(line, RSTART, RLENGTH))
            line = substr(line, RSTART + RLENGTH)
        } else {
            out = out line
            line = ""
        }
    }
    return out
}

# A text is complete: said at all, and, inside a failure's format, wanted.
function take_text() {
    if (has_text) {
        said[bare(text)] = 1
        if (call > 0 && argument == format_at[name]) {
            if (text ~ /%[.]([2-9][0-9]|[1-9][0-9][0-9])s/) {
                printf "%s:%d: may cut a character in two, use utf8_shown(): \"%s\"\n", FILENAME, FNR, text
                bad = 1
            }
            wanted[++n_wanted] = bare(text)
            is_bilingual = is_bilingual || text ~ /[^\001-\176]/
        }
    }
    has_text = 0
    text = ""
}

function end_call(    i) {
    for (i = 1; i <= n_wanted && !is_bilingual; i++) {
        # links of other sentences alone, as in "dock: %s: %s", need none
        if (wanted[i] !~ /^([a-z]+: )?[^A-Za-z]*(%[sdxgc][^A-Za-z]*)*$/ && !has_entry(wanted[i])) {
            printf "%s:%d: no Japanese for \"%s\"\n", FILENAME, FNR, wanted[i]
            bad = 1
        }
    }
    call = 0
}

# Goes through a line's tokens; the call, its depth and its argument live on between lines.
function take_code(line,    token) {
    while (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|[A-Za-z_][A-Za-z_0-9]*|[^ \t]/)) {
        token = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (token ~ /^"/) {
            text = text substr(token, 2, length(token) - 2)
            has_text = 1
            continue
        }
        if (token ~ /^PRI[diuxX]/) {
            text = text substr(token, 4, 1)
            continue
        }
        if (has_text && token ~ /^[A-Z][A-Z_0-9]*$/) { # a text of a macro between others
            text = text "%s"
            continue
        }
        take_text()
        if (token == "(") {
            depth++
            if (call == 0 && last in format_at) {
                call = depth
                name = last
                argument = 1
                n_wanted = 0
                is_bilingual = 0
            }
        } else if (token == ")") {
            if (call == depth) {
                end_call()
            }
            depth--
        } else if (token == "," && call > 0 && call == depth) {
            argument++
        } else if (token == "cli_say" && call > 0 && argument == format_at[name]) {
            is_bilingual = 1
        }
        last = token
    }
}

FNR == 1 {
    in_comment = 0
    depth = 0
    call = 0
    is_catalogue = FILENAME ~ /messages_ja_[a-z]*[.]def$/
}

is_catalogue {
    if ($0 ~ /^(MESSAGE|WORD)[(]/) {
        take_entry($0)
    }
    next
}

{
    take_code(code_of($0))
}

END {
    for (english in japanese) {
        if (!(english in said)) {
            printf "%s: nothing says \"%s\" any more\n", japanese[english], english
            bad = 1
        }
    }
    exit bad
}
