# shellcheck shell=bash
# How the files that the built-in tool has finished come into SPOOL_DONE. Sourced by bin/tcpdump-workers after settings.sh.
: "${SPOOL_OPEN:?}" "${SPOOL_DONE:?}" "${MIRROR_WORKERS:?}"
# Set where this is sourced: a folder, whose file "stopped" says that nothing is captured any more.
: "${stats:?}"
# Of room.sh: what stays free of the disk.
: "${go_on:?}"

# Files that nothing writes to any more, and that are not compressed yet.
waiting=$SPOOL_OPEN/waiting
header=24 # bytes of a pcap file without a packet
backlog=8 # files a worker that wait at most; what is more is handed over uncompressed
# Both delete a file when all of it is compressed, and give the result its time, which is the end of what it holds.
level=${TOOL_COMPRESSION_LEVEL:-1}
case "${TOOL_COMPRESSION:-zstd}" in
  zstd) suffix=.zst compressor=(zstd --quiet --force --rm "-$level") ;;
  gzip) suffix=.gz compressor=(gzip --force "-$level") ;;
  none) suffix="" compressor=() ;;
  *) fail "TOOL_COMPRESSION must be zstd, gzip or none, not '$TOOL_COMPRESSION'" ;;
esac
# Where the data path has tagged the frames, each client's go into files of their own before they are compressed.
splitter=()
[[ "${DATAPATH:-}" != bpf ]] || splitter=(node "$library/split.mjs" --addresses "$SPOOL_DIRECTORY/addresses")
mkdir -p "$waiting"

# set_aside: moves the files that are named on its input to $waiting, with one mv for all, since many may be left from an
# earlier start. Those whose name is taken there get another one.
set_aside() {
  local files file
  mapfile -t files
  [[ ${#files[@]} -gt 0 ]] || return 0
  printf '%s\0' "${files[@]}" | xargs -0 mv -n -t "$waiting" || true
  for file in "${files[@]}"; do [[ ! -e "$file" ]] || place "$file" "$waiting/${file##*/}" || true; done
}

# What each worker does not write to any more: all but its newest.
collect() {
  local worker
  for ((worker = 0; worker < MIRROR_WORKERS; worker++)); do
    find "$SPOOL_OPEN" -maxdepth 1 -type f -name "*-w$worker.pcap*" | sort -V | head -n -1 | set_aside
  done
}

# What nobody writes to any more, also that of a start that had more workers.
collect_all() { find "$SPOOL_OPEN" -maxdepth 1 -type f | set_aside; }

# hand_over <file>: "…-w0.pcap3", the fourth file that one period filled, is delivered as "…-w0-3.pcap".
hand_over() {
  local name=${1##*/}
  [[ ! "$name" =~ ^(.*)\.pcap([0-9]+)(\.zst|\.gz|)$ ]] || name=${BASH_REMATCH[1]}-${BASH_REMATCH[2]}.pcap${BASH_REMATCH[3]}
  place "$1" "$SPOOL_DONE/$name"
}

# hand_over_all <file> ...: as they are; with one mv for all whose names stay. Fails when that took longer than a stop has.
hand_over_all() {
  local file kept=()
  for file in "$@"; do [[ ! "$file" =~ \.pcap(\.zst|\.gz)?$ || ! -e "$file" ]] || kept+=("$file"); done
  [[ ${#kept[@]} -eq 0 ]] || printf '%s\0' "${kept[@]}" | xargs -0 mv -n -t "$SPOOL_DONE" || true
  for file in "$@"; do
    [[ "$SECONDS" -lt "${end:-$((SECONDS + 1))}" ]] || return 1
    [[ ! -e "$file" ]] || hand_over "$file" || return 1
  done
}

# delivered <file>: what became of its compression goes to SPOOL_DONE: the file as it is where it could not be
# compressed, because the disk is full or time is up.
delivered() {
  if [[ ! -e "$1" ]]; then
    hand_over "$1$suffix" # where this fails the next round does it
  else
    rm -f "$1$suffix"
    hand_over "$1"
    echo "${1##*/} is handed over uncompressed" >&2
  fi
}

# Whoever settles holds this lock, and so do its compressors after its death: no two work on one file.
one_at_a_time() {
  exec 9<"$waiting"
  flock 9
}

# whole, parts: what waits, before it is split and after; neither is compressed.
whole() { find "$waiting" -maxdepth 1 -type f ! -name '*.vlan=*' ! -name '*.zst' ! -name '*.gz' | sort -V; }
parts() { find "$waiting" -maxdepth 1 -type f -name '*.vlan=*' ! -name '*.zst' ! -name '*.gz' | sort -V; }

# under_way <process> ...: until they have ended. A signal ends the waiting, not them.
under_way() {
  local process
  for process in "$@"; do
    while kill -0 "$process" 2>/dev/null; do wait "$process" || true; done
  done
}

# split_up <seconds>: takes a few files apart by client. What cannot be split is handed over as it is; the agent tries
# again, and files it where no client reads if that fails too.
split_up() {
  local files file
  mapfile -t files < <(whole | head -n "$MIRROR_WORKERS")
  [[ ${#files[@]} -gt 0 && "$1" -gt 0 ]] || return 0
  timeout "$1" nice -n 19 "${splitter[@]}" "${files[@]}" &
  compressors=("$!")
  under_way "${compressors[@]}"
  for file in "${files[@]}"; do
    [[ ! -e "$file" ]] || hand_over "$file" || true
  done
}

# room_to_compress <file> ...: the files are no larger than one is that a worker rotates by its size, and mostly that is
# known to fit without asking for their sizes.
room_to_compress() {
  has_room "$go_on" "$((MIRROR_WORKERS * TOOL_ROTATE_MEGABYTES * 1024))" ||
    has_room "$go_on" "$(du -c --apparent-size -k "$@" | tail -n 1 | cut -f1)"
}

# settle <seconds>: removes waiting files without packets, splits by client where frames are tagged, hands over those that
# compression cannot keep up with, and compresses one file a worker, or what was split of as many. Fails when nothing
# waits. One file that fails is no reason to leave the others.
settle() {
  local files file index compressed limit=$((backlog * MIRROR_WORKERS)) each=1
  # A file is deleted when all of it is compressed. So what a killed compressor left is whole where the file is gone.
  while IFS= read -r file; do
    if [[ -e "${file%.*}" ]]; then rm -f "$file"; else hand_over "$file"; fi
  done < <(find "$waiting" -maxdepth 1 -type f \( -name '*.zst' -o -name '*.gz' \))
  find "$waiting" -maxdepth 1 -type f -size "-$((header + 1))c" -delete
  if [[ ${#splitter[@]} -gt 0 ]]; then
    split_up "$1"
    mapfile -t files < <(parts)
    each=$(((${#files[@]} + MIRROR_WORKERS - 1) / MIRROR_WORKERS))
    if [[ "$(whole | wc -l)" -ge "$limit" ]]; then limit=0; else limit=${#files[@]}; fi
    # Time is up.
    [[ "$1" -gt 0 ]] || mapfile -t files < <(parts && whole)
  else
    mapfile -t files < <(whole)
  fi
  if [[ ${#files[@]} -eq 0 ]]; then
    # What could not be split was handed over, and there may be more of it.
    [[ -n "$(whole)" ]]
    return
  fi
  [[ "$1" -gt 0 && -n "$suffix" ]] || limit=0
  if [[ ${#files[@]} -gt "$limit" ]]; then
    hand_over_all "${files[@]:0:${#files[@]}-limit}" || return 1
    files=("${files[@]:${#files[@]}-limit}")
  fi
  files=("${files[@]:0:MIRROR_WORKERS*each}")
  # What a compressor writes must leave the workers their room.
  if [[ ${#files[@]} -gt 0 ]] && ! room_to_compress "${files[@]}"; then
    hand_over_all "${files[@]}"
    return
  fi
  compressors=()
  for ((index = 0; index < ${#files[@]}; index += each)); do
    timeout "$1" nice -n 19 "${compressor[@]}" "${files[@]:index:each}" &
    compressors+=("$!")
  done
  under_way "${compressors[@]}"
  compressed=()
  for file in "${files[@]}"; do [[ -e "$file" ]] || compressed+=("$file$suffix"); done
  hand_over_all "${compressed[@]}" || true
  for file in "${files[@]}"; do
    [[ ! -e "$file" && ! -e "$file$suffix" ]] || delivered "$file" || true
  done
}

# Compresses until the workers have stopped. Its end is noticed, and it is started again. SIGTERM: time is up.
settle_all() {
  compressors=()
  trap '' INT
  trap 'end=$((SECONDS + 1)); kill -TERM "${compressors[@]}" 2>/dev/null || true' TERM
  one_at_a_time
  until [[ -e "$stats/stopped" ]]; do
    collect
    settle 600 || [[ -e "$stats/stopped" ]] || sleep 2
  done
}
