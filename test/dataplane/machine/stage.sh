# shellcheck shell=bash
# The two machines of a scenario, as network namespaces: "node", where the files of modules/capture-fleet/node run, and
# "outside", from where packets come in over a veth pair, as they do from the load balancer. Sourced by play.sh, on this
# machine and inside the virtual machine alike.

# The script that sources this sets:
: "${space:?beginning of the names of the namespaces}" "${way:?kernel or bpf}"
out=

# For what runs in the background: a function there would be a process of its own between it and its signals.
at_node=(ip netns exec "$space-node")

node() { "${at_node[@]}" "$@"; }
outside() { ip netns exec "$space-outside" "$@"; }

raise_stage() {
  ip netns add "$space-node"
  ip netns add "$space-outside"
  ip link add eth0 netns "$space-node" address 02:00:00:00:00:10 mtu 9001 \
    type veth peer name wire0 netns "$space-outside" address 02:00:00:00:00:01 mtu 9001
  outside sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
  outside ip link set wire0 up
  # What systemd's 50-default.conf sets on Debian, and the data path has to cope with.
  node sysctl -q -w net.ipv4.conf.default.rp_filter=2
  node ip link set lo up
  node ip addr add 10.0.1.10/24 dev eth0
  node ip -6 addr add fd00::10/64 dev eth0 nodad
  node ip link set eth0 up
  node ip route add default via 10.0.1.1
  node ip neigh replace 10.0.1.1 lladdr 02:00:00:00:00:01 dev eth0
}

strike_stage() {
  local name
  [[ -z "${keeper:-}" ]] || kill "$keeper" 2>/dev/null || true
  keeper=
  at_node=(ip netns exec "$space-node")
  for name in node outside; do ip netns del "$space-$name" 2>/dev/null || true; done
}

# settings <name=value> ...: the node.env of this scenario.
settings() {
  printf '%s\n' "DATAPATH=$way" OUTER_INTERFACE= HEALTH_PORT=8080 "SPOOL_DIRECTORY=$out/spool" \
    TOOL_KIND=tcpdump TOOL_FILTER= TOOL_IMAGE= TOOL_COMMAND= TOOL_ARGUMENTS= \
    TOOL_ROTATE_SECONDS=60 TOOL_ROTATE_MEGABYTES=256 WORKERS= ARRIVALS=true "$@" >"$out/node.env"
  export TRAFFIC_MIRROR_ENV=$out/node.env
}

# note <label>: all the counters of the node at this moment.
note() {
  mkdir -p "$out/$1"
  # shellcheck disable=SC2016 # the inner shell expands it
  node sh -c 'ip -s -s -j link >"$1/links.json"; nft -j list counters >"$1/firewall.json"
    cat /proc/net/snmp /proc/net/netstat >"$1/ip"; exec cat /proc/net/softnet_stat >"$1/softnet"' sh "$out/$1"
}

# await <seconds> <command ...>: until it succeeds.
await() {
  local left=$(($1 * 20))
  shift
  until "$@"; do
    left=$((left - 1))
    [[ $left -gt 0 ]] || return 1
    sleep 0.05
  done
}

# quiet: nothing has come out of the interfaces for a moment.
quiet() {
  local before now=-1
  for _ in $(seq 100); do
    before=$now
    now=$(node cat /proc/net/dev)
    [[ "$now" != "$before" ]] || return 0
    sleep 0.1
  done
}

# keep_sys: one view of /sys for all that follows, since each ip netns exec has its own, without the maps that the set-up
# has pinned in another one.
keep_sys() {
  "${at_node[@]}" sleep 600 &
  keeper=$!
  sleep 0.2
  at_node=(nsenter "--net=/run/netns/$space-node" "--mount=/proc/$keeper/ns/mnt")
}

# inject <capture file>: as fast as this machine can.
inject() {
  outside tcpreplay --quiet --topspeed --preload-pcap -i wire0 "$1" >"$out/tcpreplay.log" 2>&1
  quiet
}

# sniff <file> [<option> ...]: a plain tcpdump on mirror0.
sniff() {
  local file=$1
  shift
  sniffed=$file
  "${at_node[@]}" tcpdump -i mirror0 -n -p -s 0 -B 65536 -Z root -w "$file" "$@" 2>"$file.log" &
  sniffer=$!
  await 20 grep -q 'listening on' "$file.log"
}

# taken: whether tcpdump has taken all that its ring held, by its own count.
taken() {
  local line=""
  kill -USR1 "$sniffer"
  sleep 0.1
  line=$(grep 'received by filter,' "$sniffed.log" | tail -n 1)
  [[ "$line" =~ ([0-9]+)\ packets?\ captured,\ ([0-9]+)\ packets?\ received\ by\ filter,\ ([0-9]+)\ packets?\ dropped ]] &&
    [[ $((BASH_REMATCH[1] + BASH_REMATCH[3])) -eq "${BASH_REMATCH[2]}" ]]
}

stop_sniffing() {
  await 10 taken
  kill -INT "$sniffer"
  wait "$sniffer" || true
}
