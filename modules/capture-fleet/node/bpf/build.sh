#!/usr/bin/env bash
# Compiles decap.bpf.c to the object that nodes load: bpf/build.sh [<output>]. Needs clang, llvm-strip and libbpf-dev
# (Debian 12: clang-14 llvm-14 libbpf-dev). BPF bytecode is the same for every little-endian machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
output=${1:-decap.bpf.o}
clang=$(command -v clang-14 || command -v clang)
strip=$(command -v llvm-strip-14 || command -v llvm-strip)
# Debian keeps asm/types.h in a folder of the architecture.
"$clang" -O2 -Wall -Wextra -Werror -target bpf -I "/usr/include/$(uname -m)-linux-gnu" -c decap.bpf.c -o "$output"
"$strip" -g "$output"
