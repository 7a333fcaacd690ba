#!/usr/bin/env bash
# Packets per second through the BPF data path, and through the same veth pair when nothing is decapsulated: bench.sh
# <folder of node files> <capture file> <loops>. Prints "<way> <packets that arrived> <nanoseconds>" for each, in turns.
#
# The sender is the same in both, on the same processor, so what differs is the work that a node does for a packet.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
library=$1
file=$2
loops=$3
way=bpf
space=tm-bench-$$
# shellcheck source=test/dataplane/machine/stage.sh
. "$here/stage.sh"
out=$(mktemp -d)
trap 'strike_stage; rm -rf "$out"' EXIT
# shellcheck disable=SC2119 # the defaults
settings

received() { node cat "/sys/class/net/$1/statistics/rx_packets"; }

# measure <way> <interface where packets end>
measure() {
  local before started ended
  before=$(received "$2")
  started=$(date +%s%N)
  outside tcpreplay --quiet --topspeed --preload-pcap --loop "$loops" -i wire0 "$file" >"$out/tcpreplay.log" 2>&1
  ended=$(date +%s%N)
  quiet
  echo "$1 $(($(received "$2") - before)) $((ended - started))"
}

for _ in 1 2 3; do
  raise_stage
  # Where the packets end without it: at the same hook, on the interface that they came in by.
  node ethtool -K eth0 gro off >/dev/null
  node nft -f - <<'NFT'
table netdev bench {
  chain eth0 {
    type filter hook ingress device "eth0" priority 0; policy drop;
  }
}
NFT
  measure plain eth0
  strike_stage
  raise_stage
  node "$library/network" up
  measure decapsulated mirror0
  strike_stage
done
