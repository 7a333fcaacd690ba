#!/usr/bin/env bash
# Compiles decap.bpf.c to the objects that nodes load: bpf/build.sh [<folder>]. decap.bpf.o has maps, which need BTF (-g);
# decap-plain.bpf.o has none. Needs clang, llvm-strip and libbpf-dev (Debian 12: clang-14 llvm-14 libbpf-dev). BPF bytecode
# is the same for every little-endian machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=${1:-.}
clang=$(command -v clang-14 || command -v clang)
strip=$(command -v llvm-strip-14 || command -v llvm-strip)

# compile <object> [<option> ...]. Debian keeps asm/types.h in a folder of the architecture. Paths would be in the BTF.
compile() {
  local object=$1
  shift
  "$clang" -O2 -Wall -Wextra -Werror -target bpf -fdebug-prefix-map="$PWD=." \
    -I "/usr/include/$(uname -m)-linux-gnu" "$@" -c decap.bpf.c -o "$folder/$object"
  "$strip" -g "$folder/$object"
}

compile decap.bpf.o -g
compile decap-plain.bpf.o -DWITHOUT_MAPS
