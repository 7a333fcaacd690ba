#!/usr/bin/env bash
# What a capture tool costs: tools.sh tcpdump|suricata <input folder> <capture file> <Mbps> <bytes>. The input folder holds
# node/ and tools/, the file frames as they come out of mirror0, which are sent until so many bytes have been. Prints
#
#   <processor seconds> <bytes> <packets taken> <packets lost>
#
# of everything that runs for the tool, from its start to its end, with the configuration that is shipped and no rules.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kind=$1 input=$(readlink -f "$2") file=$(readlink -f "$3") rate=$4 bytes=$5
library=$input/node
way=none
space=tm-tools-$$
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
mkdir -p "$out/spool/open" "$out/spool/done" "$out/run"

case "$kind" in
  tcpdump)
    settings WORKERS=2 TOOL_ROTATE_MEGABYTES=64
    ready() { [[ "$(grep -c 'listening on' "$out/tool.log")" -ge 2 ]]; }
    # Both counts include what was dropped.
    counts() { sed 's/[^0-9]\+/ /g' "$out/run/counters.json" | awk '{ print $1 - $2, $2 }'; }
    ;;
  suricata)
    settings WORKERS=2 TOOL_KIND=command "TOOL_COMMAND=$input/tools/suricata/entrypoint.sh" "TOOL_ARGUMENTS='-S
/dev/null'"
    ready() { grep -q 'Engine started' "$out/tool.log"; }
    counts() {
      tail -n 1 "$out/run/suricata-stats.json" | sed -E 's/.*"kernel_packets":([0-9]+).*"kernel_drops":([0-9]+).*/\1 \2/' |
        awk '{ print $1 - $2, $2 }'
    }
    ;;
esac
export MIRROR_COUNTERS=$out/run/counters.json
export SURICATA_CONFIG=$input/tools/suricata/suricata.yaml SURICATA_STATISTICS=$out/run

: >"$out/tool.log"
python3 "$here/processor.py" "$out/seconds" "${at_node[@]}" "$library/tool" >"$out/tool.log" 2>&1 &
tool=$!
await 120 ready
size=$(stat -c %s "$file")
loops=$((bytes / size + 1))
outside tcpreplay --quiet "--mbps=$rate" --preload-pcap --loop "$loops" -i mirror1 "$file" >"$out/tcpreplay.log" 2>&1
sleep 2
kill -TERM "$tool"
wait "$tool"
echo "$(<"$out/seconds") $((loops * size)) $(counts)"
