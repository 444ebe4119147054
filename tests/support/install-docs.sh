#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# install-docs.sh YOAKE MANDIR COMPLETION: manual pages and bash completion, written by the program
# from the tables its option parser uses.
set -e
yoake=$1
mandir=$2
completion=$3
"$yoake" help --man >"$mandir/yoake.1"
commands=$(sed -n 's/^COMMAND(\([a-z_]*\)).*/\1/p' src/cli/commands.def)
for command in $commands; do
    "$yoake" help --man "$command" >"$mandir/yoake-$command.1"
done
"$yoake" help --completion >"$completion"
chmod 644 "$mandir"/yoake*.1 "$completion"
