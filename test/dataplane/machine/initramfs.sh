#!/usr/bin/env bash
# Makes the file system of the virtual machine: Debian's kernel modules, this machine's own programs with their
# libraries, and this folder.
#
#   initramfs.sh <folder of the unpacked kernel package> <output>
#
# It is as if the programs were installed there by apt: they are the ones that apt has installed here, on Debian 12 as in a
# folder that holds a Debian 13 (chroot).
set -euo pipefail
kernel=$1
output=$(readlink -f "$(dirname "$2")")/$(basename "$2")
here=$(dirname "$(readlink -f "$0")")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

python=$(basename "$(readlink -f /usr/bin/python3)")
programs=(bash sh busybox "$python" ip tc nft ethtool ss sysctl tcpdump tcpreplay modprobe pkill uname
  awk basename cat chmod cp cut date dirname du env find flock grep gzip head ls mkdir mktemp mount mv nice nproc nsenter readlink rm sed
  seq setpriv sleep sort stat tail tar timeout touch tr umount xargs zstd)

mkdir -p "$tree"/{dev,proc,sys,run,tmp,etc,out,usr/bin,usr/sbin,usr/lib,usr/lib64,var/lib}
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$tree/$folder"; done

copy() { # one file, to where it lies here, and what it is a link to
  local file
  file=$(readlink -f "$1")
  mkdir -p "$tree$(dirname "$file")" "$tree/$(dirname "$1")"
  cp -n "$file" "$tree$file"
  [[ -e "$tree/$1" ]] || ln -s "$file" "$tree/$1"
}

for program in "${programs[@]}"; do
  # Not what a user's own folders hold: what Debian's packages do.
  path=$(PATH=/usr/sbin:/usr/bin command -v "$program") || {
    echo "$program is missing: run scripts/dataplane-packages.sh" >&2
    exit 69
  }
  copy "$path"
done
ln -s "$python" "$tree/usr/bin/python3"
mkdir -p "$tree/usr/lib/$python"
tar -C "/usr/lib/$python" --exclude=test --exclude=idlelib --exclude=ensurepip --exclude=lib2to3 --exclude=pydoc_data \
  --exclude='config-*' --exclude=distutils --exclude=tkinter -cf - . | tar -C "$tree/usr/lib/$python" -xf -
for library in $(find "$tree/usr" -type f \( -perm /111 -o -name '*.so*' \) -exec ldd {} + 2>/dev/null |
  sed -n 's/.*\(=> \|\t\)\(\/[^ ]*\) (.*/\2/p' | sort -u); do
  copy "$library"
done
printf 'root:x:0:0::/root:/bin/sh\n' >"$tree/etc/passwd"
printf 'root:x:0:\n' >"$tree/etc/group"
cp /etc/os-release "$tree/etc/"

release=$(basename "$kernel"/lib/modules/*)
modules=lib/modules/$release
mkdir -p "$tree/$modules/kernel"
for part in net lib crypto drivers/net/{geneve,veth}.ko drivers/net/vxlan drivers/virtio drivers/block/virtio_blk.ko; do
  mkdir -p "$(dirname "$tree/$modules/kernel/$part")"
  cp -r "$kernel/$modules/kernel/$part" "$tree/$modules/kernel/$part"
done
cp "$kernel/$modules"/modules.{builtin,order} "$tree/$modules/"
depmod -b "$tree" "$release"

mkdir -p "$tree/stage"
cp "$here"/*.sh "$here"/*.py "$here"/*.mjs "$tree/stage/"
cp "$here/init" "$tree/init"
(cd "$tree" && find . | cpio --quiet -o -H newc) >"$output"
