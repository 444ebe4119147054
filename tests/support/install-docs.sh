#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# install-docs.sh YOAKE MANDIR COMPLETION: manual pages and bash completion, written by the program
# from the tables its option parser uses.
