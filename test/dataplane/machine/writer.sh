#!/usr/bin/env bash
# What the built-in tool costs beside its compressor alone, and whether it keeps up: writer.sh <folder of node files>
# <capture file> <Mbps> <seconds>. The file holds frames as they come out of mirror0. Prints one line for each thing:
#
#   alone <processor seconds> <bytes>                    zstd -1 of the same bytes, in one file
#   tool <processor seconds> <bytes> <received> <lost> <bytes handed over uncompressed>   all of the tool, at a quarter of the rate
#   start <milliseconds>                                 until it listens, with 2 GB left behind
#   stop <milliseconds>                                  in the middle of the rate below
#   rate <Mbps sent> <processor seconds of the sender> <received> <lost> <bytes waiting half-way> <bytes waiting at the end>
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
library=$(readlink -f "$1")
file=$(readlink -f "$2")
rate=$3
seconds=$4
way=none
space=tm-writer-$$
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
settings WORKERS=2 TOOL_ROTATE_MEGABYTES=64
mkdir -p "$out/spool/open" "$out/spool/done"

now() { echo $(($(date +%s%N) / 1000000)); }
listening() { [[ "$(grep -c 'listening on' "$out/tool.log")" -ge 2 ]]; }

start_tool() {
  : >"$out/tool.log"
  MIRROR_COUNTERS=$out/counters.json python3 "$here/processor.py" "$out/tool.seconds" \
    "${at_node[@]}" "$library/tool" 2>"$out/tool.log" >&2 &
  tool=$!
  await 60 listening
}
stop_tool() {
  kill -TERM "$tool"
  wait "$tool"
}
counts() { tr -c '0-9\n' ' ' <"$out/counters.json" | xargs; }
settled() { [[ "$(find "$out/spool/open" -type f | wc -l)" -le 2 ]]; }
waiting() { du -cb "$out"/spool/open | tail -n 1 | cut -f1; }
# The agent's part: what is done goes away.
drained() {
  while sleep 0.2; do
    find "$out/spool/done" -type f -name '*.pcap' -printf '%s\n' -delete >>"$out/plain"
    find "$out/spool/done" -type f -delete
  done
}

frames=$(stat -c %s "$file")
loops=$((1000000000 / frames + 1))
: >"$out/all"
for _ in $(seq "$loops"); do cat "$file" >>"$out/all"; done
python3 "$here/processor.py" "$out/alone.seconds" zstd -q -1 -f -o "$out/alone.zst" "$out/all"
echo "alone $(<"$out/alone.seconds") $(stat -c %s "$out/all")"
rm -f "$out/all" "$out/alone.zst"

drained &
drain=$!
start_tool
outside tcpreplay --quiet "--mbps=$((rate / 4))" --preload-pcap --loop "$loops" -i mirror1 "$file" >"$out/tcpreplay.log" 2>&1
await 120 settled
stop_tool
echo "tool $(<"$out/tool.seconds") $((loops * frames)) $(counts) $(awk '{ sum += $1 } END { print sum + 0 }' "$out/plain")"

for n in $(seq 32); do
  head -c 67108864 /dev/urandom >"$out/spool/open/20261121T0600$((n + 10))-w$((n % 2)).pcap"
done
rm -f "$out/counters.json"
began=$(now)
start_tool
echo "start $(($(now) - began))"
await 300 settled

sent=$((rate * 125000 * seconds / frames))
began=$(now)
python3 "$here/processor.py" "$out/sender.seconds" ip netns exec "$space-outside" \
  tcpreplay --quiet "--mbps=$rate" --preload-pcap --loop "$sent" -i mirror1 "$file" >"$out/tcpreplay.log" 2>&1 &
sender=$!
sleep $((seconds / 2))
half=$(waiting)
wait "$sender"
took=$(($(now) - began))
end=$(waiting)
sleep 3
echo "rate $((sent * frames * 8 / took / 1000)) $(<"$out/sender.seconds") $(counts) $half $end"
outside tcpreplay --quiet "--mbps=$rate" --preload-pcap --loop "$sent" -i mirror1 "$file" >"$out/tcpreplay.log" 2>&1 &
sender=$!
sleep 4
began=$(now)
stop_tool
echo "stop $(($(now) - began))"
kill "$sender" "$drain" 2>/dev/null || true
wait "$sender" "$drain" 2>/dev/null || true
