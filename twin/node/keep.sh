#!/bin/sh
# The first process of a node, in a mount namespace of its own: keep.sh <folder> <command> … lays the node's files over
# this machine's, where nobody else sees them, and becomes the command. All that the node writes is in memory.
set -eu
folder=$1
shift
mkdir -p "$folder/memory"
mount -t tmpfs twin "$folder/memory"
for path in /etc /usr/local/bin /usr/local/lib /var/lib /var/spool /run; do
  layer=$folder/memory$path
  mkdir -p "$layer/upper" "$layer/work"
  mount -t overlay -o "lowerdir=$path,upperdir=$layer/upper,workdir=$layer/work" twin "$path"
done
cp -R "$folder/files/." /
mkdir -p /run/traffic-mirror /var/lib/traffic-mirror /var/spool/traffic-mirror
chmod 0700 /var/spool/traffic-mirror
# Where a node says what a person must know; a container has none.
: >"$folder/console"
[ ! -e /dev/console ] || mount --bind "$folder/console" /dev/console
ip addr add 169.254.169.254/32 dev lo
exec "$@"
