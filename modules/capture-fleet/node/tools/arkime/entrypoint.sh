#!/bin/sh
# Arkime's capture on mirror0. Files that it no longer writes to are handed over: those that are not its newest.
set -eu
folder=$SPOOL_OPEN/arkime
mkdir -p "$folder"

hand_over() { # how many of the newest each thread may still be writing
  find "$folder" -type f -name '*.pcap*' -printf '%T@ %p\n' | sort -n | cut -d' ' -f2- | head -n "-$1" |
    while IFS= read -r file; do mv "$file" "$SPOOL_DONE/"; done
}

"${ARKIME_CAPTURE:-capture}" -c "${ARKIME_CONFIG:-/etc/arkime/config.ini}" \
  -o "tpacketv3NumThreads=$MIRROR_WORKERS" ${MIRROR_FILTER:+-o "bpf=$MIRROR_FILTER"} "$@" &
capture=$!
trap 'kill -TERM "$capture" 2>/dev/null || true' TERM INT
while kill -0 "$capture" 2>/dev/null; do
  sleep 10 &
  wait $! || true
  hand_over "$MIRROR_WORKERS"
done
code=0
wait "$capture" || code=$?
hand_over 0
exit "$code"
