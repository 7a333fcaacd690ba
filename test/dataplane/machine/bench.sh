#!/usr/bin/env bash
# Packets per second through the BPF data path, without and with counting what arrives, and through the same veth pair when
# nothing is decapsulated: bench.sh <folder of node files> <capture file> <loops>. Prints "<way> <packets that arrived>
# <nanoseconds>" for each, in turns.
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

received() { node cat "/sys/class/net/$1/statistics/rx_packets"; }

# ran: nanoseconds that the kernel's threads for packets have run (schedstat, Documentation/scheduler/sched-stats.rst).
ran() { pgrep -x 'ksoftirqd/[0-9]+' | sed 's|.*|/proc/&/schedstat|' | xargs cat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

# measure <way> <interface where packets end>. Processor time, not time: packets are taken where they are sent, in the
# sender's own time or in that of the kernel's thread, and whatever else this machine does is in neither.
measure() {
  local before others used
  before=$(received "$2")
  others=$(ran)
  # Its own answers are on the standard output.
  used=$(outside python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) * 1e9))' \
    tcpreplay --quiet --topspeed --preload-pcap --loop "$loops" -i wire0 "$file")
  quiet
  echo "$1 $(($(received "$2") - before)) $((used + $(ran) - others))"
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
  for counting in false true; do
    raise_stage
    settings "ARRIVALS=$counting"
    node "$library/network" up
    measure "$([[ "$counting" == true ]] && echo counted || echo decapsulated)" mirror0
    strike_stage
  done
done
