#!/usr/bin/env bash
# What it costs to file many clients apart: clients.sh <folder of node files> <capture file> <Mbps>. The file holds tagged
# frames as they come out of mirror0. The folder also holds examine.mjs, which reads finished files as the agent does
# before it sends them. Prints a line for the tool as it is and one for the tool that splits:
#
#   whole|split <processor seconds of the tool> <of the agent's reading> <bytes> <received> <lost> <files>
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
library=$(readlink -f "$1")
file=$(readlink -f "$2")
rate=$3
way=none
space=tm-clients-$$
# shellcheck source=test/dataplane/machine/stage.sh
. "$here/stage.sh"
# In memory: a disk is sized by the capacity plan.
out=$(mktemp -d -p /dev/shm)
trap 'strike_stage; rm -rf "$out"' EXIT
raise_stage
ip link add mirror0 netns "$space-node" mtu 9000 type veth peer name mirror1 netns "$space-outside" mtu 9000
node sysctl -q -w net.ipv6.conf.mirror0.disable_ipv6=1
node ip link set mirror0 up
outside ip link set mirror1 up

loops=$((1000000000 / $(stat -c %s "$file") + 1))
listening() { [[ "$(grep -c 'listening on' "$out/tool.log")" -ge 2 ]]; }
settled() { [[ "$(find "$out/spool/open" -type f | wc -l)" -le 2 ]]; }

for kind in whole split; do
  settings WORKERS=2 "DATAPATH=$([[ "$kind" == split ]] && echo bpf || echo none)"
  rm -rf "$out/spool" "$out/counters.json"
  mkdir -p "$out/spool/open" "$out/spool/done"
  : >"$out/tool.log"
  MIRROR_COUNTERS=$out/counters.json python3 "$here/processor.py" "$out/tool.seconds" \
    "${at_node[@]}" "$library/tool" 2>"$out/tool.log" >&2 &
  tool=$!
  await 60 listening
  outside tcpreplay --quiet "--mbps=$rate" --preload-pcap --loop "$loops" -i mirror1 "$file" >"$out/tcpreplay.log" 2>&1
  # Files end with the minute, and what a stop has no time for would be missing from what is measured.
  sleep 62
  outside tcpreplay --quiet --limit=10 -i mirror1 "$file" >"$out/tcpreplay.log" 2>&1
  sleep 3 # until the workers have seen them and begun a new file
  await 120 settled
  kill -TERM "$tool"
  wait "$tool"
  python3 "$here/processor.py" "$out/agent.seconds" node "$library/examine.mjs" "$out/spool/done" >&2
  echo "$kind $(<"$out/tool.seconds") $(<"$out/agent.seconds") $((loops * $(stat -c %s "$file")))" \
    "$(tr -c '0-9\n' ' ' <"$out/counters.json" | xargs) $(find "$out/spool/done" -type f | wc -l)"
done
