#!/usr/bin/env bash
# Plays scenarios of the data path and writes down what was seen; what is expected is in the tests.
#
#   play.sh kernel|bpf <input folder> <output folder> <scenario> ...
#
# The input folder holds node/ (the node's files, as on a node) and capture files. Each scenario gets a fresh pair of
# network namespaces and a folder of its own below the output folder. Needs root.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
way=$1
input=$(readlink -f "$2")
results=$3
shift 3
library=$input/node
space=tm-$$
# shellcheck source=test/dataplane/machine/stage.sh
. "$here/stage.sh"
# shellcheck source=test/dataplane/machine/life.sh
. "$here/life.sh"
trap strike_stage EXIT

network() { node "$library/network" "$@"; }
# said <name> <command ...>: its exit code and output as files, for what may fail.
said() {
  local name=$1 code=0
  shift
  "$@" >"$out/$name.txt" 2>&1 || code=$?
  echo "$code" >"$out/$name.code"
}
check() { said "$1" node "$library/check-network"; }
probe() { said "$1" node "$library/probe"; }

# With no more than the agent has.
# shellcheck disable=SC2054 # setpriv separates them by commas
as_agent=(setpriv --inh-caps=-all --bounding-set=-all,+net_admin,+net_raw,+net_bind_service,+dac_override,+fowner)
# arrivals <name>: what has arrived, as the agent reads it.
arrivals() { said "$1" node "${as_agent[@]}" "$library/arrivals" "$out/$1.rows"; }

# Set up twice, taken down twice: the second time changes nothing and prints nothing.
scenario_lifecycle() {
  check before
  said up network up
  node ip -o link show mirror0 | cut -d: -f1 >"$out/first-index"
  said up-again network up
  node ip -o link show mirror0 | cut -d: -f1 >"$out/second-index"
  check after
  probe probe
  node ip -d -j link >"$out/links.json"
  for interface in eth0 mirror0; do node ethtool -k "$interface" >"$out/$interface.offloads"; done
  said listening node ss -H -l -n -t -u
  node ip link set mirror0 down
  check broken
  probe probe-broken
  said repair network up
  check repaired
  probe probe-repaired
  said down network down
  said down-again network down
  check gone
  node ip -o link >"$out/left"
  node nft list ruleset >>"$out/left"
  node ip rule >>"$out/left"
}

# counted: whether the built-in tool has counted as many packets as the plain tcpdump has taken.
counted() {
  local line
  line=$(grep -E '^[0-9]+ packets? captured' "$sniffed.log" | tail -n 1)
  [[ "$(<"$out/counters.json")" == "{\"packets\":${line%% *},"* ]]
}

# Every packet at every hop, with one reader, four readers of a fanout group, and the built-in tool's four workers.
scenario_flows() {
  local sniffer sniffed fanout tool
  settings WORKERS=4 TOOL_ROTATE_SECONDS=1
  network up
  mkdir -p "$out/fanout"
  "${at_node[@]}" python3 "$here/fanout.py" "$out/ready" 4 "$out/fanout" >"$out/fanout.drops" &
  fanout=$!
  MIRROR_COUNTERS=$out/counters.json "${at_node[@]}" "$library/tool" >"$out/tool.log" 2>&1 &
  tool=$!
  await 30 test -e "$out/ready"
  await 30 test -e "$out/counters.json"
  sniff "$out/mirror0.pcap"
  note before
  inject "$input/flows.pcap"
  note after
  stop_sniffing
  # It counts by rounds, whose length is this machine's; where it never gets there, its number shows it.
  await 60 counted || true
  kill -TERM "$tool" "$fanout"
  wait "$tool" "$fanout"
}

# filed <number>: whether so many files are finished.
filed() { [[ "$(find "$out/spool/done" -type f | wc -l)" -ge "$1" ]]; }

# What tells many clients apart: tags of the agent's, real packets, files of each. Two of the last clients have no tag. All
# packets come twice, since tcpdump ends a file by time only when another packet comes.
scenario_clients() {
  local tool file
  keep_sys
  settings WORKERS=2 TOOL_ROTATE_SECONDS=1
  network up
  node "${as_agent[@]}" "$library/tags" <"$input/tags.json" >"$out/strays-before.json"
  MIRROR_COUNTERS=$out/counters.json "${at_node[@]}" "$library/tool" >"$out/tool.log" 2>&1 &
  tool=$!
  await 30 test -e "$out/counters.json"
  sleep 1
  note before
  inject "$input/clients.pcap"
  sleep 2
  inject "$input/clients.pcap"
  note after
  await 60 filed 201
  node "${as_agent[@]}" "$library/tags" <"$input/tags.json" >"$out/strays.json"
  kill -TERM "$tool"
  wait "$tool"
  # What a stop had no time for the agent takes apart.
  find "$out/spool/done" -type f ! -name '*.vlan=*' | while IFS= read -r file; do node node "$library/split.mjs" "$file"; done
}

# What arrives is counted by source: a fleet's traffic, 200 clients with the same addresses, what is no mirrored packet, and
# the probe. When the data path is made anew the counts stay.
scenario_arrivals() {
  local file
  keep_sys
  network up
  arrivals empty
  inject "$input/flows.pcap"
  arrivals flows
  inject "$input/clients.pcap"
  arrivals clients
  for file in "$input"/bad/[!z]*.pcap; do
    outside tcpreplay --quiet --topspeed -i wire0 "$file" >"$out/tcpreplay.log" 2>&1
  done
  quiet
  arrivals bad
  node ip link set mirror0 down
  network up
  probe probe
  arrivals repaired
  # Nothing of it is left when it is not wanted; that the map is still there does not look like silence.
  settings ARRIVALS=false
  said unwanted network up
  node tc filter show dev eth0 ingress >"$out/filters"
  arrivals off
}

# A program that the kernel does not take, here because something else has its map's name: the node is in service.
scenario_no_count() {
  keep_sys
  node mount -t bpf bpf /sys/fs/bpf
  node mkdir -p /sys/fs/bpf/tc/globals
  node bpftool map create /sys/fs/bpf/tc/globals/tm_arrivals_1 type array key 4 value 4 entries 1 name other
  said up network up
  check check
  probe probe
  arrivals arrivals
  note before
  inject "$input/flows.pcap"
  note after
  # What stood in its way has gone.
  node rm /sys/fs/bpf/tc/globals/tm_arrivals_1
  said again network up
  arrivals again-arrivals
}

# More sources than the map has places for.
scenario_scan() {
  keep_sys
  network up
  inject "$input/scan.pcap"
  arrivals scan
  inject "$input/flows.pcap"
  arrivals after
}

# A program with maps that the kernel does not take, here because something else has its map's name: nothing is lost.
scenario_no_maps() {
  local sniffer sniffed
  keep_sys
  node mount -t bpf bpf /sys/fs/bpf
  node mkdir -p /sys/fs/bpf/tc/globals
  node bpftool map create /sys/fs/bpf/tc/globals/tm_tags_1 type array key 4 value 4 entries 1 name other
  said up network up
  check check
  probe probe
  said tags node "$library/tags" <"$input/tags.json"
  sniff "$out/mirror0.pcap"
  note before
  inject "$input/clients.pcap"
  note after
  stop_sniffing
}

# Everything at once, for comparing two objects of the program.
scenario_everything() {
  local sniffer sniffed
  network up
  sniff "$out/mirror0.pcap"
  note before
  inject "$input/everything.pcap"
  note after
  stop_sniffing
}

# Each bad input alone, with sockets of the node that would take it.
scenario_bad() {
  local sniffer sniffed listeners file
  network up
  "${at_node[@]}" python3 "$here/listeners.py" "$out/ready" 53 80 4789 4790 6081 9999 >"$out/received" &
  listeners=$!
  await 30 test -e "$out/ready"
  sniff "$out/mirror0.pcap"
  note 0-start
  for file in "$input"/bad/*.pcap; do
    # One packet, or two, has gone its way when the sender ends; what is many may need a moment.
    outside tcpreplay --quiet --topspeed -i wire0 "$file" >"$out/tcpreplay.log" 2>&1
    [[ "$file" != */zz-* ]] || quiet
    note "$(basename "$file" .pcap)"
  done
  stop_sniffing
  kill -TERM "$listeners"
  wait "$listeners"
  check after
  probe probe
}

# The same without the firewall: what the sockets then get shows that it is the firewall that keeps it from them.
scenario_unguarded() {
  local listeners
  network up
  node nft flush ruleset
  "${at_node[@]}" python3 "$here/listeners.py" "$out/ready" 53 80 4789 4790 6081 9999 >"$out/received" &
  listeners=$!
  await 30 test -e "$out/ready"
  inject "$input/unguarded.pcap"
  kill -TERM "$listeners"
  wait "$listeners"
  check guard
}

# The faults that lose packets, each alone.
fault() {
  check check
  probe probe
  note before
  inject "$input/flows.pcap"
  note after
}

scenario_inner_protocol() {
  network up
  node ip link del geneve0
  node ip link add geneve0 type geneve external dstport 6081
  node ip link set geneve0 mtu 9000 up
  fault
}

scenario_route() {
  network up
  node ip route flush table 6081
  fault
}

scenario_reverse_path() {
  network up
  # The node's own addresses come back by its own interface only: a strict filter refuses what came out of geneve0.
  node sysctl -q -w net.ipv4.conf.geneve0.rp_filter=1
  fault
}

scenario_small_mtu() {
  network up
  node ip link set mirror0 mtu 500
  fault
}

scenario_no_program() {
  network up
  node tc filter del dev eth0 ingress
  fault
}

scenario_no_guard() {
  network up
  node nft delete table netdev traffic_mirror
  fault
}

# Hardly anything may wait for the processor, and packets come in bursts: those that netem lets go together.
scenario_backlog() {
  local usual
  network up
  usual=$(sysctl -n net.core.netdev_max_backlog)
  outside tc qdisc add dev wire0 root netem delay 50ms limit 100000
  note before
  sysctl -q -w net.core.netdev_max_backlog=1
  inject "$input/flows.pcap"
  sysctl -q -w "net.core.netdev_max_backlog=$usual"
  note after
}

# A program that takes GENEVE from a socket of its own, and is too slow: it never reads.
scenario_slow_socket() {
  local socket
  "${at_node[@]}" python3 -c 'import signal, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.bind(("0.0.0.0", 6081))
open(sys.argv[1], "w").close()
signal.pause()' "$out/ready" &
  socket=$!
  await 30 test -e "$out/ready"
  note before
  inject "$input/flows.pcap"
  note after
  kill "$socket"
}

# A reader that stands still: its ring fills, and only it can say how much it has missed.
scenario_stopped_reader() {
  local sniffer sniffed
  network up
  sniff "$out/mirror0.pcap" -B 256
  note before
  kill -STOP "$sniffer"
  inject "$input/flows.pcap"
  note after
  kill -CONT "$sniffer"
  stop_sniffing
}

# The tool stands still: its own counter shows it while mirror0 goes on.
scenario_stopped_tool() {
  local tool
  settings WORKERS=1
  network up
  MIRROR_COUNTERS=$out/counters.json "${at_node[@]}" "$library/tool" >"$out/tool.log" 2>&1 &
  tool=$!
  await 30 test -e "$out/counters.json"
  sleep 1
  node ss -H -0 -a >"$out/readers"
  pkill -STOP -P "$tool" tcpdump
  note before
  cp "$out/counters.json" "$out/counters-before.json"
  inject "$input/flows.pcap"
  note after
  sleep 3
  cp "$out/counters.json" "$out/counters-after.json"
  pkill -CONT -P "$tool" tcpdump
  sleep 3
  cp "$out/counters.json" "$out/counters-again.json"
  # One worker that ends by itself ends the tool, so that systemd starts all of it again.
  pkill -KILL -P "$tool" tcpdump
  said tool wait "$tool"
  node ss -H -0 -a >"$out/readers-after"
}

# A device that goes down and up when its ring is changed, as ENA's do, and whose address comes back as by DHCP: never,
# after a while, or after it went in the middle of the set-up: flapping <at -G> [<when offloads of decap0 are set>].
flapping() {
  mkdir -p "$out/bin"
  cat >"$out/bin/ethtool" <<ETHTOOL
#!/bin/bash
case "\$1 \$2" in
  "-g eth0")
    printf 'Pre-set maximums:\nRX:\t\t8192\nCurrent hardware settings:\nRX:\t\t%s\n' "\$(cat $out/ring 2>/dev/null || echo 1024)"
    ;;
  "-G eth0")
    echo "\$4" >"$out/ring"
    $1
    ;;
  "-K decap0") ${2:-:} ;;
  *) exec $(command -v ethtool) "\$@" ;;
esac
ETHTOOL
  chmod +x "$out/bin/ethtool"
  PATH=$out/bin:$PATH said up network up
  cp "$out/ring" "$out/ring.txt"
  check after
}

lose='ip link set eth0 down; ip addr flush dev eth0'
back='sleep 1; ip link set eth0 up; ip addr add 10.0.1.10/24 dev eth0; ip route add default via 10.0.1.1'

scenario_link_flap() {
  flapping "$lose; ($back) >/dev/null 2>&1 &"
  probe probe
}

scenario_link_flap_late() {
  flapping : "$lose; ($back) >/dev/null 2>&1 &"
  probe probe
}

scenario_link_lost() {
  settings OUTER_WAIT_SECONDS=2
  flapping "$lose"
}

# Suricata with the configuration and entry point of node/tools, started as the command of an image.
scenario_suricata() {
  local tool
  settings WORKERS=2 TOOL_KIND=command "TOOL_COMMAND=$input/tools/suricata/entrypoint.sh" "TOOL_ARGUMENTS='-S
/dev/null'"
  network up
  SURICATA_CONFIG=$input/tools/suricata/suricata.yaml SURICATA_STATISTICS=$out SURICATA_ROTATE_SECONDS=4 \
    "${at_node[@]}" "$library/tool" >"$out/tool.log" 2>&1 &
  tool=$!
  await 60 grep -q 'Engine started' "$out/tool.log"
  pgrep -P "$tool" | xargs -I '{}' grep -h -A1 'socket:' '/proc/{}/smaps' >"$out/rings" || true
  note before
  inject "$input/flows.pcap"
  note after
  sleep 6 # a rotation
  kill -TERM "$tool"
  wait "$tool"
}

for name in "$@"; do
  out=$results/$name
  mkdir -p "$out"
  raise_stage
  settings
  started=$(date +%s%N)
  # In the background, because -e does not hold in what stands before ||.
  "scenario_${name//-/_}" >>"$out/log" 2>&1 &
  wait "$!" || echo "ended with $?" >"$out/failed"
  echo "$name: $((($(date +%s%N) - started) / 1000000)) ms"
  strike_stage
done
