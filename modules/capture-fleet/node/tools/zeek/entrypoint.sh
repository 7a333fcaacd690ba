#!/bin/sh
# One Zeek for each worker, joined by AF_PACKET's fanout (symmetric hash of the frame inside). Each writes logs of its
# own, so no manager or logger is needed; the worker's number is in the file names. SPOOL_OPEN and SPOOL_DONE lie on
# one file system, so rotation is a rename.
set -eu
pids=
trap 'kill -TERM $pids 2>/dev/null || true' TERM INT

worker=0
while [ "$worker" -lt "$MIRROR_WORKERS" ]; do
  folder=$SPOOL_OPEN/zeek-$worker
  mkdir -p "$folder" "$SPOOL_DONE/zeek-$worker"
  (
    cd "$folder"
    SPOOL_DONE=$SPOOL_DONE/zeek-$worker exec zeek -i "af_packet::mirror0" ${MIRROR_FILTER:+-f "$MIRROR_FILTER"} \
      "${ZEEK_SCRIPT:-/usr/local/share/traffic-mirror/local.zeek}" \
      AF_Packet::fanout_id=23 AF_Packet::enable_defrag=T AF_Packet::buffer_size=134217728 "$@"
  ) &
  pids="$pids $!"
  worker=$((worker + 1))
done

# One that ends takes its share of the flows with it: then all end, and systemd starts them again.
code=0
while :; do
  for pid in $pids; do
    if ! kill -0 "$pid" 2>/dev/null; then
      wait "$pid" || code=$?
      # shellcheck disable=SC2086 # they are words
      kill -TERM $pids 2>/dev/null || true
      wait
      exit "$code"
    fi
  done
  sleep 2 &
  wait $! || true
done
