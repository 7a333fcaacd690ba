#!/bin/sh
# Starts Suricata on mirror0 and hands its logs over: the entry point of the image, or tool.command on an image of your
# own. Arguments go to Suricata, such as -S <rules>.
set -eu
# What the agent reads is not evidence: it stays in /run, without a link to it in the spool, which may be full.
logs=$SPOOL_OPEN/suricata
statistics=${SURICATA_STATISTICS:-/run/traffic-mirror}
mkdir -p "$logs" "$SPOOL_DONE" "$statistics"
: >"$statistics/suricata-stats.json"

# suricata-update writes this one; what changes it is loaded at the next rotation, without a packet lost to a restart.
rules=${SURICATA_RULES:-/var/lib/suricata/rules/suricata.rules}
loaded=$statistics/suricata-rules.loaded
: >"$loaded"

suricata -c "${SURICATA_CONFIG:-/etc/suricata/suricata.yaml}" -l "$logs" --af-packet=mirror0 \
  --set "af-packet.0.threads=$MIRROR_WORKERS" \
  ${SURICATA_STATISTICS:+--set "outputs.1.eve-log.filename=$statistics/suricata-stats.json"} "$@" ${MIRROR_FILTER:+"$MIRROR_FILTER"} &
suricata=$!

# rotate: the log so far gets a name of its own, and Suricata opens a new one on SIGHUP (its "Log Rotation").
rotate() {
  [ -s "$logs/eve.json" ] || return 0
  mv "$logs/eve.json" "$logs/$(date -u +%Y%m%dT%H%M%S)-eve.json" || return 0
  kill -HUP "$suricata" 2>/dev/null || true
  sleep 2 # until the new one is open and the last line is written
  # The statistics are only for this moment; keep the last.
  tail -n 1 "$statistics/suricata-stats.json" >"$statistics/suricata-stats.new" &&
    cat "$statistics/suricata-stats.new" >"$statistics/suricata-stats.json"
}

# hand_over: every log with a name of its own goes to SPOOL_DONE, as it is where it cannot be compressed. What cannot be
# moved is tried again with the next.
hand_over() {
  for log in "$logs"/*-eve.json; do
    [ -e "$log" ] || continue
    gzip -1 --force "$log" || {
      rm -f "$log.gz"
      echo "${log##*/} is handed over uncompressed" >&2
      mv "$log" "$SPOOL_DONE/"
    }
  done
  for log in "$logs"/*-eve.json.gz; do
    [ ! -e "$log" ] || mv "$log" "$SPOOL_DONE/"
  done
}

reload_rules() {
  [ -n "$(find "$rules" -newer "$loaded" 2>/dev/null)" ] || return 0
  : >"$loaded"
  kill -USR2 "$suricata" # "Rule Reloads" in Suricata's guide
}

trap 'kill -TERM "$suricata" 2>/dev/null || true' TERM INT
waited=0
while :; do
  # In short steps: until this script ends, nobody starts a Suricata that has ended again.
  sleep 2 &
  wait $! || true
  kill -0 "$suricata" 2>/dev/null || break
  waited=$((waited + 2))
  [ "$waited" -ge "${SURICATA_ROTATE_SECONDS:-60}" ] || continue
  waited=0
  # None of them may end what delivers the next log.
  rotate || true
  hand_over || true
  reload_rules || true
done
code=0
wait "$suricata" || code=$?
rotate || true
hand_over || true
exit "$code"
