#!/bin/sh
# One Zeek for each worker, joined by AF_PACKET's fanout (symmetric hash of the frame inside). Each writes logs of its
# own, so no manager or logger is needed; the worker's number is in the file names. SPOOL_OPEN and SPOOL_DONE lie on
# one file system, so rotation is a rename.
#
# One that ends is started again alone: until then the kernel gives its flows to the others, which go on.
set -eu
counters=${MIRROR_COUNTERS:-/run/traffic-mirror/counters.json}
stats=${counters%/*}/zeek
rm -rf "$stats"
mkdir -p "$stats"
stopping=""
# Counts go on where an earlier start ended.
packets_before=0
drops_before=0
if [ -r "$counters" ]; then
  before=$(sed -n 's/^{"packets":\([0-9]*\),"drops":\([0-9]*\)}$/\1 \2/p' "$counters")
  [ -z "$before" ] || packets_before=${before% *} drops_before=${before#* }
fi

# leave <worker>: what one that was killed leaves is evidence, and the next one would write over it.
leave() {
  for log in "$SPOOL_OPEN/zeek-$1"/*.log; do
    [ ! -e "$log" ] || mv "$log" "$SPOOL_DONE/zeek-$1/left-$(date +%s%N)-${log##*/}" || return 1
  done
}

start() { # <worker> [<argument for Zeek> ...]
  worker=$1
  shift
  mkdir -p "$SPOOL_OPEN/zeek-$worker" "$SPOOL_DONE/zeek-$worker"
  (
    cd "$SPOOL_OPEN/zeek-$worker"
    SPOOL_DONE=$SPOOL_DONE/zeek-$worker ZEEK_COUNTS=$stats/$worker \
      exec zeek -i "af_packet::mirror0" ${MIRROR_FILTER:+-f "$MIRROR_FILTER"} \
      "${ZEEK_SCRIPT:-/usr/local/share/traffic-mirror/local.zeek}" \
      AF_Packet::fanout_id=23 AF_Packet::enable_defrag=T AF_Packet::buffer_size=134217728 "$@"
  ) &
  echo "$!" >"$stats/$worker.pid"
}

workers() {
  worker=0
  while [ "$worker" -lt "$MIRROR_WORKERS" ]; do
    echo "$worker"
    worker=$((worker + 1))
  done
}

# add <worker>: to packets and drops what it has counted.
add() {
  link=0 received=0 dropped=0
  [ ! -r "$stats/$1" ] || read -r link received dropped <"$stats/$1" || true
  packets=$((packets + link)) drops=$((drops + dropped))
}

count() {
  packets=$packets_before drops=$drops_before
  for worker in $(workers); do add "$worker"; done
  echo "{\"packets\":$packets,\"drops\":$drops}" >"$counters.new" && mv "$counters.new" "$counters"
}

# ended <worker>: its numbers are final. What it was offered and had not read is lost with its ring; with a filter, which
# Zeek applies itself, that cannot be told from what was not wanted.
ended() {
  packets=$packets_before drops=$drops_before
  add "$1"
  packets_before=$packets drops_before=$drops
  if [ -z "$MIRROR_FILTER" ] && [ "$((link - received))" -gt "$dropped" ]; then
    drops_before=$((drops_before + link - received - dropped))
  fi
  rm -f "$stats/$1"
}

trap 'stopping=yes' TERM INT

for worker in $(workers); do start "$worker" "$@"; done
while [ -z "$stopping" ]; do
  for worker in $(workers); do
    pid=$(cat "$stats/$worker.pid")
    if kill -0 "$pid" 2>/dev/null; then continue; fi
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 127 ] || echo "zeek of worker $worker has ended with $code and is started again" >&2
    ended "$worker"
    # Where its logs cannot be moved, the next round tries again.
    leave "$worker" || continue
    [ -n "$stopping" ] || start "$worker" "$@"
  done
  count || echo "the counters cannot be written" >&2
  sleep 2 &
  wait $! || true
done

for worker in $(workers); do kill -TERM "$(cat "$stats/$worker.pid")" 2>/dev/null || true; done
code=0
for worker in $(workers); do
  pid=$(cat "$stats/$worker.pid")
  one=0
  # A second signal ends the wait, not Zeek.
  while kill -0 "$pid" 2>/dev/null; do
    one=0
    wait "$pid" || one=$?
  done
  [ "$one" -eq 0 ] || code=$one
  ended "$worker"
done
count || true
exit "$code"
