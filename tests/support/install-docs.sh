#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# install-docs.sh YOAKE MANDIR MANDIR_JA COMPLETION: manual pages in English and Japanese and bash
# completion, written by the program from the tables its option parser uses.
set -e
yoake=$1
completion=$4
commands=$(sed -n 's/^COMMAND(\([a-z_]*\)).*/\1/p' src/cli/commands.def)

pages() { # LANGUAGE FOLDER
    "$yoake" help --lang "$1" --man >"$2/yoake.1"
    for command in $commands; do
        "$yoake" help --lang "$1" --man "$command" >"$2/yoake-$command.1"
    done
    chmod 644 "$2"/yoake*.1
}

pages en "$2"
pages ja "$3"
"$yoake" help --completion >"$completion"
chmod 644 "$completion"
