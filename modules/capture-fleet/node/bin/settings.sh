# shellcheck shell=bash disable=SC2034 # what is set here is used by the scripts that source it
# The settings that every script of the node needs. Sourced, not run.
#
# node.env is written by cloud-init; tests can name another file.
node_env=${TRAFFIC_MIRROR_ENV:-/etc/traffic-mirror/node.env}
library=${BASH_SOURCE[0]%/*}
# shellcheck source=/dev/null
. "$node_env"

# Names and numbers that node.env does not change.
geneve_port=6081 # RFC 8926, and all that a Gateway Load Balancer speaks
vxlan_port=4789  # RFC 7348, and all that a mirror target receives
table=6081       # routing table of the decapsulated outer packets, and preference of the program that decapsulates
count_preference=6080 # of the program that counts: before it
decap_index=6081 # interface index compiled into bpf/decap.bpf.c
decap_mtu=9000   # mirrored packets of 8,500 bytes and what comes with them

fail() {
  echo "traffic-mirror: $*" >&2
  exit 1
}

# The interface on which the load balancer reaches the node: that of the default route unless node.env names one.
outer_interface() {
  if [[ -n "${OUTER_INTERFACE:-}" ]]; then
    echo "$OUTER_INTERFACE"
  elif [[ "$(ip -4 route show default)" =~ \ dev\ ([^\ ]+) ]]; then
    echo "${BASH_REMATCH[1]}"
  fi
}

# place <file> <target>: moves a captured file, never over another one: of two files with one name both are evidence.
# A file alone, because a folder cannot be moved onto one that is not empty (rename(2), ENOTEMPTY).
place() {
  local file=$1 target=$2
  [[ -d "${target%/*}" ]] || mkdir -p "${target%/*}"
  [[ ! -e "$target" ]] || target=${target%/*}/left-$(date +%s%N)-${target##*/}
  mv "$file" "$target"
}

# shows <pattern> <command> ...: whether what the command prints matches. Not a pipe into grep -q, which ends early and
# would make the command fail.
shows() {
  local pattern=$1
  shift
  [[ "$("$@" 2>&1)" =~ $pattern ]]
}
