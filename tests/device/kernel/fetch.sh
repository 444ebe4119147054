#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch.sh DIR: Debian's kernel, a static busybox and udevd, unpacked below DIR. Nothing is
# installed, the machine keeps its kernel. Wants kmod, and an `apt-get update` some time before.
set -eu
dir=$1
mkdir -p "$dir/debs" "$dir/root"
cd "$dir/debs"
kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/{print $2; exit}')
version=${kernel#linux-image-}
rm -f ./*.deb
apt-get download "$kernel" busybox-static udev >/dev/null
# Of the kernel, 400 MB unpacked, only what a USB host and its tests use.
dpkg-deb --fsys-tarfile "$kernel"_*.deb | tar -x -C ../root --wildcards \
    './boot/vmlinuz-*' './lib/modules/*/modules.*' './lib/modules/*/kernel/drivers/usb/*' \
    './lib/modules/*/kernel/drivers/scsi/s[cd]*' './lib/modules/*/kernel/fs/*' \
    './lib/modules/*/kernel/lib/*' './lib/modules/*/kernel/crypto/*' \
    './lib/modules/*/kernel/arch/x86/crypto/*' './lib/modules/*/kernel/block/*'
dpkg -x busybox-static_*.deb ../root
dpkg -x udev_*.deb ../root
rm -f ./*.deb
depmod -b ../root "$version" 2>/dev/null
echo "$version" >../version
