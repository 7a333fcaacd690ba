#!/bin/sh
# Arkime's capture on mirror0. A file that it does not have open any more is handed over: with several packet threads an
# open file may be older than finished ones.
set -eu
folder=$SPOOL_OPEN/arkime
mkdir -p "$folder"

hand_over() {
  # In this order: a file that begins between the two looks is in neither.
  finished=$(find "$folder" -type f -name '*.pcap*')
  open=""
  if kill -0 "$capture" 2>/dev/null; then open=$(ls -l "/proc/$capture/fd") || return 0; fi
  printf '%s\n' "$finished" | while IFS= read -r file; do
    case "$open" in *" -> $file"*) continue ;; esac
    [ -z "$file" ] || mv "$file" "$SPOOL_DONE/" || echo "${file##*/} stays in the spool and is tried again" >&2
  done
}

"${ARKIME_CAPTURE:-capture}" -c "${ARKIME_CONFIG:-/etc/arkime/config.ini}" -o "pcapDir=$folder" \
  -o "tpacketv3NumThreads=$MIRROR_WORKERS" ${MIRROR_FILTER:+-o "bpf=$MIRROR_FILTER"} "$@" &
capture=$!
trap 'kill -TERM "$capture" 2>/dev/null || true' TERM INT
while kill -0 "$capture" 2>/dev/null; do
  sleep "${ARKIME_HAND_OVER_SECONDS:-10}" &
  wait $! || true
  # What fails must not end what delivers the next file.
  hand_over || true
done
code=0
wait "$capture" || code=$?
hand_over || true
exit "$code"
