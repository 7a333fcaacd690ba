#!/usr/bin/env bash
# Runs a command once for each module, example and qualify/root, with the folder as its last argument (glued to it when the command
# ends in "="). Says which folders failed, and fails when one did or when there was none.
#
#   scripts/each-folder.sh roots .cache/bin/tflint --chdir=
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kind="${1:-}"
[[ $# -ge 2 ]] || { echo "usage: scripts/each-folder.sh roots <command> [<argument> ...]" >&2; exit 64; }
shift
shopt -s nullglob

has_hcl() {
  local files=("$1"/*.tf)
  [[ ${#files[@]} -gt 0 ]]
}

if [[ "$kind" != roots ]]; then echo "the first argument is roots, not '$kind'" >&2; exit 64; fi
candidates=(. modules/* examples/* examples/*/* qualify/root)

last="${*: -1}"
done_count=0
failed=()
for folder in "${candidates[@]}"; do
  if ! has_hcl "$folder"; then continue; fi
  done_count=$((done_count + 1))
  if [[ "$last" == *= ]]; then
    "${@:1:$#-1}" "$last$folder" || failed+=("$folder")
  else
    "$@" "$folder" || failed+=("$folder")
  fi
done

if [[ $done_count -eq 0 ]]; then
  echo "no folder with Terraform files found" >&2
  exit 1
fi
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "failed in: ${failed[*]}" >&2
  exit 1
fi
echo "$done_count folders"
