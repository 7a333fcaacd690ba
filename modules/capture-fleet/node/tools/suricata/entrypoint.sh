#!/bin/sh
# Starts Suricata on mirror0 and hands its logs over: the entry point of the image, or tool.command on an image of your
# own. Arguments go to Suricata, such as -S <rules>.
set -eu
# What the agent reads is not evidence: it stays in /run.
logs=$SPOOL_OPEN/suricata
statistics=${SURICATA_STATISTICS:-/run/traffic-mirror}
mkdir -p "$logs" "$SPOOL_DONE" "$statistics"
ln -sf "$statistics/suricata-stats.json" "$logs/stats.json"
: >"$statistics/suricata-stats.json"

suricata -c "${SURICATA_CONFIG:-/etc/suricata/suricata.yaml}" -l "$logs" --af-packet=mirror0 \
  --set "af-packet.0.threads=$MIRROR_WORKERS" "$@" ${MIRROR_FILTER:+"$MIRROR_FILTER"} &
suricata=$!

# hand_over: the log so far goes to SPOOL_DONE, and Suricata opens a new one on SIGHUP (its "Log Rotation").
hand_over() {
  [ -s "$logs/eve.json" ] || return 0
  name=$(date -u +%Y%m%dT%H%M%S)-eve.json
  mv "$logs/eve.json" "$logs/$name"
  kill -HUP "$suricata" 2>/dev/null || true
  sleep 2 # until the new one is open and the last line is written
  gzip -1 "$logs/$name"
  mv "$logs/$name.gz" "$SPOOL_DONE/"
  # The statistics are only for this moment; keep the last.
  tail -n 1 "$statistics/suricata-stats.json" >"$statistics/suricata-stats.new"
  cat "$statistics/suricata-stats.new" >"$statistics/suricata-stats.json"
}

trap 'kill -TERM "$suricata" 2>/dev/null || true' TERM INT
while kill -0 "$suricata" 2>/dev/null; do
  sleep "${SURICATA_ROTATE_SECONDS:-60}" &
  wait $! || true
  kill -0 "$suricata" 2>/dev/null && hand_over
done
code=0
wait "$suricata" || code=$?
hand_over
exit "$code"
