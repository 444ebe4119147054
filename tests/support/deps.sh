#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# deps.sh LIST: installs the Debian packages named in LIST that are missing. Asks the package lists
# for news only when something is missing; needs root or sudo only then.
list=${1:-docs/packages.txt}
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "make deps: this is not Debian; install what $list names with your own package manager" >&2
    exit 1
fi
missing=""
packages=$(grep -v '^#' "$list")
for package in $packages; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "make deps: everything in $list is installed"
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "make deps: missing:$missing" >&2
        echo "make deps: root is needed to install them; run as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "make deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q || exit 1
# shellcheck disable=SC2086 # one word a package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
