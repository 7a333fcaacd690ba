#!/usr/bin/env bash
# Compiles the objects that nodes load: bpf/build.sh [<folder>]. decap.bpf.o and count.bpf.o have maps, which need BTF (-g);
# decap-plain.bpf.o has none. Needs clang, llvm-strip and libbpf-dev (Debian 12: clang-14 llvm-14 libbpf-dev). BPF bytecode
# is the same for every little-endian machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=${1:-.}
clang=$(command -v clang-14 || command -v clang)
strip=$(command -v llvm-strip-14 || command -v llvm-strip)

# compile <source> <object> [<option> ...]. Debian keeps asm/types.h in a folder of the architecture. Paths would be in the BTF.
compile() {
  local source=$1 object=$2
  shift 2
  "$clang" -O2 -Wall -Wextra -Werror -target bpf -fdebug-prefix-map="$PWD=." \
    -I "/usr/include/$(uname -m)-linux-gnu" "$@" -c "$source" -o "$folder/$object"
  "$strip" -g "$folder/$object"
}

compile decap.bpf.c decap.bpf.o -g
compile decap.bpf.c decap-plain.bpf.o -DWITHOUT_MAPS
compile count.bpf.c count.bpf.o -g
