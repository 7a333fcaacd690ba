# shellcheck shell=bash
# How the files that the built-in tool has finished come into SPOOL_DONE. Sourced by bin/tcpdump-workers after settings.sh.
: "${SPOOL_OPEN:?}" "${SPOOL_DONE:?}" "${MIRROR_WORKERS:?}"
# Set where this is sourced: a folder, whose file "stopped" says that nothing is captured any more.
: "${stats:?}"

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

# hand_over <file> [<suffix>]: "…-w0.pcap3", the fourth file that one period filled, is delivered as "…-w0-3.pcap".
hand_over() {
  local name=${1##*/}
  name=${name%"${2-}"}
  [[ ! "$name" =~ ^(.*)\.pcap([0-9]+)$ ]] || name=${BASH_REMATCH[1]}-${BASH_REMATCH[2]}.pcap
  place "$1" "$SPOOL_DONE/$name${2-}"
}

# hand_over_all <file> ...: as they are; with one mv for all whose names stay. Fails when that took longer than a stop has.
hand_over_all() {
  local file kept=()
  for file in "$@"; do [[ ! "$file" =~ \.pcap$ ]] || kept+=("$file"); done
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
    hand_over "$1$suffix" "$suffix" # where this fails the next round does it
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

# settle <seconds>: removes waiting files without packets, hands over those that compression cannot keep up with, and
# compresses one file a worker. Fails when nothing waits. One file that fails is no reason to leave the others.
settle() {
  local files file index limit=$((backlog * MIRROR_WORKERS))
  # A file is deleted when all of it is compressed. So what a killed compressor left is whole where the file is gone.
  while IFS= read -r file; do
    if [[ -e "${file%.*}" ]]; then rm -f "$file"; else hand_over "$file" ".${file##*.}"; fi
  done < <(find "$waiting" -type f \( -name '*.zst' -o -name '*.gz' \))
  find "$waiting" -type f -size "-$((header + 1))c" -delete
  mapfile -t files < <(find "$waiting" -type f ! -name '*.zst' ! -name '*.gz' | sort -V)
  [[ ${#files[@]} -gt 0 ]] || return 1
  [[ "$1" -gt 0 && -n "$suffix" ]] || limit=0
  if [[ ${#files[@]} -gt "$limit" ]]; then
    hand_over_all "${files[@]:0:${#files[@]}-limit}" || return 1
    files=("${files[@]:${#files[@]}-limit}")
  fi
  files=("${files[@]:0:MIRROR_WORKERS}")
  compressors=()
  for file in "${files[@]}"; do
    timeout "$1" nice -n 19 "${compressor[@]}" "$file" &
    compressors+=("$!")
  done
  for index in "${!files[@]}"; do
    # A signal ends the waiting, not the compressor.
    while kill -0 "${compressors[index]}" 2>/dev/null; do wait "${compressors[index]}" || true; done
    delivered "${files[index]}" || true
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
