#!/bin/sh
# Arkime's capture on mirror0. A file that it does not have open any more is handed over: with several packet threads an
# open file may be older than finished ones.
set -eu
# Where its image has capture and node.
PATH=$PATH:/opt/arkime/bin
folder=$SPOOL_OPEN/arkime
counters=${MIRROR_COUNTERS:-/run/traffic-mirror/counters.json}
socket=${counters%/*}/arkime.socket
mkdir -p "$folder"
# Counts go on where an earlier start ended.
packets_before=0 drops_before=0
if [ -r "$counters" ]; then
  before=$(sed -n 's/^{"packets":\([0-9]*\),"drops":\([0-9]*\)}$/\1 \2/p' "$counters")
  [ -z "$before" ] || packets_before=${before% *} drops_before=${before#* }
fi

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

count() { node "${0%/*}/counters.mjs" "$socket" "$counters" "$packets_before" "$drops_before"; }

# Its own way to S3, whose packets its viewer finds: to the agent, which has a spool. The smallest parts, and few at once,
# because Arkime keeps them in memory.
if [ -n "${MIRROR_BUCKET:-}" ]; then
  set -- -o pcapWriteMethod=s3 -o "s3Bucket=$MIRROR_BUCKET" -o "s3Region=$MIRROR_BUCKET_REGION" \
    -o "s3Host=$MIRROR_BUCKET_ENDPOINT" -o s3UseHttp=true -o s3PathAccessStyle=true -o s3AccessKeyId=node \
    -o s3SecretAccessKey=node -o pcapWriteSize=5242880 -o s3MaxRequests=40 "$@"
fi

"${ARKIME_CAPTURE:-capture}" -c "${ARKIME_CONFIG:-/etc/arkime/config.ini}" --command-socket "$socket" \
  -o "pcapDir=$folder" -o "tpacketv3NumThreads=$MIRROR_WORKERS" ${MIRROR_FILTER:+-o "bpf=$MIRROR_FILTER"} "$@" &
capture=$!
# Its last counts, while it still answers.
trap 'count || true; kill -TERM "$capture" 2>/dev/null || true' TERM INT
while kill -0 "$capture" 2>/dev/null; do
  sleep "${ARKIME_HAND_OVER_SECONDS:-10}" &
  wait $! || true
  # What fails must not end what delivers the next file.
  hand_over || true
  if kill -0 "$capture" 2>/dev/null; then count || true; fi
done
code=0
wait "$capture" || code=$?
hand_over || true
exit "$code"
