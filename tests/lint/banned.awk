# SPDX-License-Identifier: GPL-3.0-or-later
#
# Words that C sources do not use, "//" comments, and files without the SPDX line. What stands in
# comments and strings does not count. Usage: awk -f banned.awk FILE...
BEGIN {
    # Word before a parenthesis -> files that may, as a regular expression ("" = none).
    n = split("strcpy strcat sprintf vsprintf strncpy strtok gets atoi atol atof scanf " \
              "localtime localtime_r gmtime gmtime_r mktime timegm rand srand random system " \
              "popen setlocale alloca tmpnam mktemp", word, " ")
    for (i = 1; i <= n; i++) {
        banned[word[i]] = "^$"
    }
    n = split("strtod strtof strtold strtol strtoul strtoll strtoull sscanf", word, " ")
    for (i = 1; i <= n; i++) {
        banned[word[i]] = "^src/base/text[.]c$"
    }
    n = split("malloc calloc realloc reallocarray aligned_alloc posix_memalign strdup strndup free " \
              "asprintf vasprintf", word, " ")
    for (i = 1; i <= n; i++) {
        banned[word[i]] = "^src/base/mem[.]c$"
    }
    n = split("printf vprintf puts putchar", word, " ")
    for (i = 1; i <= n; i++) {
        banned[word[i]] = "^src/(cli/|main[.]c$)"
    }
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

# The line without comments and with strings emptied; in_comment lives on between lines.
function code_of(line,    out, i, c, two, quote) {
    out = ""
    quote = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\") {
                i++
            } else if (c == quote) {
                quote = ""
                out = out c
            }
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            complain("a comment is written /* */")
            break
        } else {
            if (c == "\"" || c == "'") {
                quote = c
            }
            out = out c
        }
    }
    return out
}

FNR == 1 {
    in_comment = 0
    if ($0 !~ /SPDX-License-Identifier: GPL-3.0-or-later/) {
        complain("the first line is not the SPDX line")
    }
}

{
    code = code_of($0)
    if (FILENAME ~ /^tests\//) {
        next
    }
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        name = substr(rest, RSTART, RLENGTH)
        sub(/[ \t]*\($/, "", name)
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        if ((name in banned) && before != "." && before != ">" && FILENAME !~ banned[name]) {
            complain(name "() is banned here (docs/testing.md)")
        }
        rest = substr(rest, RSTART + RLENGTH)
    }
}

END { exit bad }
