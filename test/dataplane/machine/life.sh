# shellcheck shell=bash disable=SC2154 # out, way and at_node are those of stage.sh
# A node's whole life, with the agent's bundle and the built-in tool: it starts, captures, loses its bucket until its disk
# is full, has its agent killed, gets the bucket back, has one of its tcpdumps killed, and is told to leave. Sourced by play.sh. The input folder holds
# agent.mjs, node18/ (Node and its libraries) and life.pcap; LIFE_OUTAGE_SECONDS in life.env says how long the bucket is away.
: "${here:?}" "${input:?}" "${library:?}"

life_bytes=64M # of the spool's disk
# Beside LIFE_OUTAGE_SECONDS: LIFE_MBPS.
# shellcheck source=/dev/null
[[ ! -e "$input/life.env" ]] || . "$input/life.env"
since_boot() { cut -d' ' -f1 /proc/uptime; }

life_config() {
  cat >"$out/node.json" <<JSON
{"version": 1, "fleet": "f", "region": "eu-west-1", "datapath": "$way", "interface": "mirror0", "health_port": 8080,
 "health_interval_seconds": 1, "lifecycle_interval_seconds": 1, "metrics_interval_seconds": 3,
 "spool": {"directory": "$out/spool", "upload_interval_seconds": 1, "index_interval_seconds": 2, "open_idle_seconds": 30},
 "bucket": {"name": "bucket"}, "tool": {"counters": {"file": "$out/counters.json", "packets": "packets", "drops": "drops", "packets_include_drops": true},
          "balance": {"offered": "interface", "start": "$out/start.json"}},
 "autoscaling_group_name": "f", "launch_hook": "launch", "terminate_hook": "terminate", "deregistration_seconds": 5, "launch_limit_seconds": 1200,
 "code_bucket": null, "clients_key": null, "clients_file": "$out/clients.json",
 "commands": {"probe": ["$library/probe"], "check": ["$out/check"], "systemctl": ["$out/systemctl"], "ethtool": ["ethtool"]},
 "state_directory": "$out/state", "console": "$out/console"}
JSON
  # The agent gives a check five seconds, and a virtual machine that emulates each instruction takes longer: it gets the
  # verdict of the last one.
  cat >"$out/check" <<'CHECK'
#!/bin/bash
cat "${0%/*}/network.txt"
exit "$(cat "${0%/*}/network.code")"
CHECK
  # What the agent asks of systemd: that the tool ends.
  cat >"$out/systemctl" <<'SYSTEMCTL'
#!/bin/bash
touch "${0%/*}/tool-is-to-end"
pid=$(cat "${0%/*}/tool.pid")
kill -TERM "$pid" 2>/dev/null
for _ in $(seq 140); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.1; done
exit 1
SYSTEMCTL
  chmod +x "$out/systemctl" "$out/check"
}

life_agent() {
  AWS_ENDPOINT_URL=http://127.0.0.1:8099 AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:8099 \
    AWS_ACCESS_KEY_ID=node AWS_SECRET_ACCESS_KEY=node LD_LIBRARY_PATH=$input/node18 \
    "${at_node[@]}" "$input/node18/node" "$input/agent.mjs" "$out/node.json" >>"$out/journal" 2>&1 &
  agent=$!
}

# As systemd does: one that ends by itself is started again.
life_tool() {
  until [[ -e "$out/tool-is-to-end" ]]; do
    MIRROR_COUNTERS=$out/counters.json "${at_node[@]}" "$library/tool" >>"$out/tool.log" 2>&1 &
    echo "$!" >"$out/tool.pid"
    wait "$!" || true
  done
}

# tcpdumps: the tool's workers.
tcpdumps() {
  local child parent
  parent=$(<"$out/tool.pid")
  for child in $(<"/proc/$parent/task/$parent/children"); do
    [[ "$(<"/proc/$child/comm")" != tcpdump ]] || echo "$child"
  done
}

checks() {
  local code
  while [[ -e "$out/target" ]]; do
    code=0
    node "$library/check-network" >"$out/network.new" 2>&1 || code=$?
    mv "$out/network.new" "$out/network.txt"
    echo "$code" >"$out/network.code"
    sleep 5
  done
}
healthy() {
  sleep 1
  node python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8080/healthz", timeout=5)' 2>/dev/null
}
counted_in() { [[ "$(grep -c "$1" "$2" 2>/dev/null)" -ge "${3:-1}" ]]; }
# Of drops there is one line each, whichever agent wrote it.
lost() { grep -c 'EVIDENCE LOST: the spool is full' "$out/journal"; }
full() { [[ "$(lost)" -gt "${1:-0}" ]]; }
# Files, and lines about files, that are not in the bucket; beside these the agent keeps notes of its own there.
spool_empty() {
  [[ -z "$(find "$out/spool/done" "$out/spool/lost" -type f &&
    find "$out/spool/index" -name pending.jsonl -o -name 'sending-*.jsonl')" ]]
}
passed() { [[ "$(received)" -ge "$1" ]]; }
received() { node cat /sys/class/net/mirror0/statistics/rx_packets; }
# traffic: until the file "flows" is gone. The pause makes it about the rate that a full disk takes a while for.
traffic() {
  while [[ -e "$out/flows" ]]; do
    outside tcpreplay --quiet "--mbps=${LIFE_MBPS:-8}" --preload-pcap -i wire0 "$input/life.pcap" >"$out/tcpreplay.log" 2>&1
    echo "$(($(<"$out/sent") + $(sed -n 's/.*Actual: \([0-9]*\) packets.*/\1/p' "$out/tcpreplay.log")))" >"$out/sent.new"
    mv "$out/sent.new" "$out/sent"
  done
}
happened() {
  echo "$(since_boot) $*" >>"$out/events"
  [[ "$way" != kernel ]] || { echo "$(since_boot) $*"; tail -n 1 "$out/journal" 2>/dev/null | cut -c1-300 || true; } >/dev/console # of the virtual machine
}

scenario_life() {
  local cloud tool agent flows checks outage=${LIFE_OUTAGE_SECONDS:-20} before
  settings WORKERS=2 TOOL_ROTATE_SECONDS=2 TOOL_ROTATE_MEGABYTES=1
  life_config
  mkdir -p "$out/spool" "$out/bucket"
  mount -t tmpfs -o "size=$life_bytes" tmpfs "$out/spool"
  echo InService >"$out/target"
  happened "the node starts"
  network up
  LD_LIBRARY_PATH=$input/node18 "${at_node[@]}" "$input/node18/node" "$here/cloud.mjs" "$out" 8099 >"$out/cloud.log" 2>&1 &
  cloud=$!
  life_tool &
  tool=$!
  await 600 counted_in 'listening on' "$out/tool.log" 2
  happened "the tool captures"
  checks &
  checks=$!
  await 600 test -s "$out/network.code"
  happened "the network is checked: $(<"$out/network.code")"
  life_agent
  await 600 healthy
  happened "the node is healthy"

  echo 0 >"$out/sent"
  touch "$out/flows"
  traffic &
  flows=$!
  await 600 counted_in '"message":"uploaded"' "$out/journal" 4
  touch "$out/down"
  happened "the bucket is away"
  sleep "$((outage / 2))"
  await 600 full
  happened "the disk is full"
  before=$(lost)
  await 600 full "$((before + 3))"
  kill -KILL "$agent"
  wait "$agent" || true
  happened "the agent is killed"
  await 600 counted_in 'the workers stand still' "$out/tool.log"
  happened "nobody makes room, and the tool stands still"
  # More than the rings hold.
  await 600 passed "$(($(received) + 4000))"
  life_agent
  await 600 counted_in 'the workers go on' "$out/tool.log"
  happened "the agent makes room, and the tool goes on"
  sleep "$((outage - outage / 2))"
  await 600 full "$((before + 6))"
  rm "$out/down"
  happened "the bucket is back"
  await 600 counted_in '"message":"uploaded"' "$out/journal" 30
  kill -KILL "$(tcpdumps | head -n 1)"
  await 600 counted_in 'listening on' "$out/tool.log" 4
  happened "a tcpdump is killed, and the tool is started again"
  await 600 counted_in "the sum of packets before the tool's last start" "$out/journal" 2
  happened "the books up to then are closed"

  echo Terminated >"$out/target"
  happened "the node is told to leave"
  await 600 counted_in 'phase draining' "$out/journal"
  rm "$out/flows" # the load balancer has moved them
  wait "$flows"
  happened "no more packets come"
  await 600 counted_in 'ActionResult=CONTINUE.*HookName=terminate\|HookName=terminate.*ActionResult=CONTINUE' "$out/hooks"
  happened "the hook is completed"
  wait "$tool" || true
  spool_empty && touch "$out/spool-is-empty"
  received >"$out/received"
  rm "$out/target" # ends the checks
  kill "$agent" "$cloud"
  wait "$agent" "$cloud" "$checks" || true
  umount "$out/spool"
}
