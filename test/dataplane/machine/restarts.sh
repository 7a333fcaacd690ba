#!/usr/bin/env bash
# Starts one capture tool again and again while nothing is uploaded and the disk of its spool is full, and writes down
# what was seen; what is expected is in the tests.
#
#   restarts.sh tcpdump|suricata|zeek|arkime|command|container <input folder> <output folder>
#
# The input folder holds node/, tools/ and frames.pcap, what comes out of mirror0. tcpdump and Suricata are Debian's, the
# others stand-ins (sensor.py) behind the entry points that are shipped. Needs root: a network namespace and a loop device.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kind=$1 input=$(readlink -f "$2")
library=$input/node
space=tm-restarts-$$ way=bpf
# shellcheck source=test/dataplane/machine/stage.sh
. "$here/stage.sh"
mkdir -p "$3/bin" "$3/run" "$3/spool"
out=$(readlink -f "$3")
tool=""

strike() {
  [[ -z "$tool" ]] || kill -KILL "$tool" 2>/dev/null || true
  strike_stage
  umount "$out/spool" 2>/dev/null || true
  rm -f "$out/disk"
}
trap strike EXIT

# mirror0 alone: how packets come there is played elsewhere.
ip netns add "$space-node"
ip netns add "$space-outside"
for name in node outside; do ip netns exec "$space-$name" sysctl -q -w net.ipv6.conf.default.disable_ipv6=1; done
ip link add mirror0 netns "$space-node" mtu 9000 type veth peer name wire0 netns "$space-outside" mtu 9000
node ip link set mirror0 arp off up
outside ip link set wire0 arp off up

# A real file system: a full one refuses new folders too. Without blocks that only root may use, as that of a spool
# which has a disk of its own.
truncate -s 48M "$out/disk"
mkfs.ext4 -q -m 0 "$out/disk"
mount -o loop "$out/disk" "$out/spool"

stand_in() { # <name> <kind of sensor>
  printf '#!/bin/bash\nexec /usr/bin/python3 "%s" %s "$@"\n' "$here/sensor.py" "$2" >"$out/bin/$1"
  chmod 0755 "$out/bin/$1"
}
readers=2
case "$kind" in
  tcpdump) settings TOOL_ROTATE_SECONDS=1 WORKERS=2 ;;
  suricata)
    echo 'alert ip any any -> any any (msg:"seen"; sid:1;)' >"$out/rules"
    settings WORKERS=2 TOOL_KIND=command "TOOL_COMMAND=$input/tools/suricata/entrypoint.sh" "TOOL_ARGUMENTS='-S
$out/rules'"
    ;;
  zeek | arkime)
    name=$kind
    [[ "$kind" == zeek ]] || { name=capture readers=1; }
    stand_in "$name" "$kind"
    settings WORKERS=2 TOOL_KIND=command "TOOL_COMMAND=$input/tools/$kind/entrypoint.sh"
    ;;
  command)
    readers=1
    stand_in sensor plain
    settings TOOL_KIND=command "TOOL_COMMAND=$out/bin/sensor"
    ;;
  container)
    readers=1
    # No engine runs here: this one starts the sensor without an image, and notes what it was told.
    stand_in sensor plain
    # shellcheck disable=SC2016 # it is the stand-in that expands it
    printf '#!/bin/bash\necho "$*" >>"%s/engine"\n[[ "$1" != run ]] || exec "%s"\n' "$out" "$out/bin/sensor" >"$out/bin/podman"
    chmod 0755 "$out/bin/podman"
    settings TOOL_KIND=container TOOL_IMAGE=registry.example/sensor:1
    ;;
esac
export PATH=$out/bin:$PATH MIRROR_COUNTERS=$out/run/counters.json ARKIME_HAND_OVER_SECONDS=1
export SURICATA_CONFIG=$input/tools/suricata/suricata.yaml SURICATA_STATISTICS=$out/run SURICATA_ROTATE_SECONDS=1

begun=0
reading() {
  [[ "$(node ss -H -0 -a | grep -c ':mirror0')" -ge "$readers" ]] || return 1
  # Their sockets are there before they take anything.
  [[ "$kind" != suricata || "$(grep -c 'Engine started' "$out/tool.log")" -eq "$begun" ]] &&
    [[ "$kind" != tcpdump || "$(grep -c 'listening on' "$out/tool.log")" -eq $((2 * begun)) ]]
}
begin() {
  begun=$((begun + 1))
  "${at_node[@]}" "$library/tool" >>"$out/tool.log" 2>&1 &
  tool=$!
  if await 30 reading; then echo reads >>"$out/starts"; else echo "does not read" >>"$out/starts"; fi
}
stop() {
  local code=0
  kill -TERM "$tool" 2>/dev/null || true
  wait "$tool" || code=$?
  tool=""
  echo "$code" >>"$out/codes"
}

begin
inject "$input/frames.pcap"
sleep 2
# tcpdump ends a file when a packet comes.
inject "$input/frames.pcap"
sleep 4
cp -r "$out/spool/done" "$out/first"
# Blocks, then what is left of them.
for size in 64k 1k; do dd if=/dev/zero of="$out/spool/filler-$size" bs="$size" status=none 2>/dev/null || true; done
df --output=avail "$out/spool" | tail -n 1 >"$out/free"
stop
for _ in 2 3 4; do
  begin
  sleep 2
  stop
done
rm "$out/spool"/filler-*
begin
inject "$input/frames.pcap"
sleep 4
stop
cp -r "$out/spool/done" "$out/spool/open" "$out/"
