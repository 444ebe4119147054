#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# mkinitramfs.sh DIR OUT FILE...: an initramfs with busybox, the USB modules of the kernel below DIR
# (fetch.sh), this folder's init, and each FILE: programs with their libraries in /bin, anything
# else in /data. NAME=FILE gives it another name.
set -eu
dir=$1
out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
version=$(cat "$dir/version")
modules="vhci-hcd cdc-acm usb-storage sd_mod vfat nls_ascii nls_cp437 nls_utf8"
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir -p "$t/bin" "$t/data" "$t/mod" "$t/proc" "$t/sys" "$t/dev" "$t/run" "$t/tmp" "$t/mnt" "$t/usr/share"
cp "$dir/root/bin/busybox" "$t/bin/"
cp "$here/init" "$t/init"
chmod 755 "$t/init"
cp -r /usr/share/zoneinfo "$t/usr/share/" 2>/dev/null || true
for module in $modules; do
    modprobe -d "$dir/root" -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' >"$t/paths"
while read -r path; do
    cp "$path" "$t/mod/"
    basename "$path"
done <"$t/paths" >"$t/mod/list"
rm "$t/paths"
for given in "$@"; do
    case $given in *=*) name=${given%%=*} file=${given#*=} ;; *) name=$(basename "$given") file=$given ;; esac
    if ldd "$file" >"$t/ldd" 2>/dev/null; then
        cp "$file" "$t/bin/$name"
        grep -o '/[^ ]*' "$t/ldd" | while read -r library; do
            mkdir -p "$t$(dirname "$library")"
            [ -e "$t$library" ] || cp -L "$library" "$t$library"
        done
    elif [ -x "$file" ]; then
        cp "$file" "$t/bin/$name"
    else
        cp "$file" "$t/data/$name"
    fi
done
rm -f "$t/ldd"
(cd "$t" && find . | cpio -o -H newc --quiet | gzip -1) >"$out"
