# shellcheck shell=bash
# Room on the spool's disk. What a tcpdump writes to a disk without room is lost without a sign (libpcap, pcap_dump(): no
# error is returned, and the rest of that file is not written either). So the workers stand still before the disk is full:
# what their rings have no room for meanwhile the kernel counts, as packets dropped. Sourced by bin/tcpdump-workers.
: "${SPOOL_OPEN:?}" "${MIRROR_WORKERS:?}" "${stats:?}"

# In thousandths of the disk. The agent deletes the oldest files so that 50 are free at least (evict_percent, 95), so the
# workers go on as soon as it has. What the rings hold by then is written at once, and must not fill the disk again.
stand_still=30
go_on=45
rings=15
ring_most=65536 # KiB of ring for each worker, where the disk is large enough
ring_least=1024
look=0.2 # seconds between two looks at the disk

# disk: sets total and free in KiB, as they are for who has no blocks kept in reserve.
disk() {
  local block blocks all_free
  read -r block blocks all_free free < <(stat -f -c '%S %b %f %a' "$SPOOL_OPEN")
  total=$(((blocks - all_free + free) * block / 1024))
  free=$((free * block / 1024))
}

# ring: KiB of it for each worker.
ring() {
  local total free size
  disk
  size=$((total * rings / 1000 / MIRROR_WORKERS))
  [[ "$size" -gt "$ring_least" ]] || size=$ring_least
  [[ "$size" -lt "$ring_most" ]] || size=$ring_most
  echo "$size"
}

# has_room <thousandths> <KiB>: whether so much of the disk is free beside what is about to be written.
has_room() {
  local total free
  disk && [[ $((free - ${2:-0})) -ge $((total * $1 / 1000)) ]]
}

# halt <process> ...: one for each worker. Only what listens has a ring, which takes and counts what comes meanwhile.
halt() {
  local worker=0 process
  for process in "$@"; do
    [[ ! -e "$stats/$worker.listening" ]] || kill -STOP "$process" 2>/dev/null || true
    worker=$((worker + 1))
  done
}

# keep_room <process> ...: lets them stand still while there is no room. Its end is noticed, and it is started again.
keep_room() {
  local total free still="" never
  # To wait without a process for each time.
  exec {never}<> <(:)
  # Whoever kept room before may have ended while they stood still.
  [[ ! -e "$stats/still" ]] || still=yes
  until [[ -e "$stats/stopped" ]]; do
    if ! disk; then
      :
    elif [[ -z "$still" && "$free" -lt $((total * stand_still / 1000)) ]]; then
      halt "$@"
      still=yes
      touch "$stats/still"
      echo "the disk is full: the workers stand still, and what their rings have no room for is counted as dropped" >&2
    elif [[ -n "$still" && "$free" -ge $((total * go_on / 1000)) ]]; then
      kill -CONT "$@" 2>/dev/null || true
      still=""
      rm -f "$stats/still"
      echo "the disk has room again: the workers go on" >&2
    elif [[ -n "$still" ]]; then
      halt "$@" # those that began on a full disk
    fi
    read -r -t "$look" -u "$never" || true
  done
}
