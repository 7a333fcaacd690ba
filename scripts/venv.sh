#!/usr/bin/env bash
# Prints the path of a Python that has the packages of a requirements file: the machine's own python3 if it has
# exactly the pinned versions, else a virtual environment below .cache, made once and again when the pins change.
#
#   scripts/venv.sh <folder below .cache> <requirements file>
set -euo pipefail

if [[ $# -ne 2 ]]; then
  echo "usage: scripts/venv.sh <folder below .cache> <requirements file>" >&2
  exit 64
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="$PWD/.cache/$1"
requirements="$2"
own="$folder/bin/python"

if ! command -v python3 >/dev/null; then
  echo "python3 is missing. Install Python 3.9 or newer (Debian: apt install python3 python3-venv)." >&2
  exit 69
fi

has_pins() {
  "$1" - "$requirements" <<'PYTHON' 2>/dev/null
import importlib.metadata, re, sys
pins = [line.strip() for line in open(sys.argv[1]) if "==" in line and not line.startswith("#")]
for pin in pins:
    name, version = re.split(r"(?:\[.*\])?==", pin)
    if importlib.metadata.version(name) != version:
        sys.exit(1)
    # An extra that was never installed shows as a requirement that is not there.
    if "[server]" in pin:
        importlib.metadata.version("flask")
PYTHON
}

if has_pins python3; then
  command -v python3
  exit 0
fi

if ! has_pins "$own"; then
  echo "installing $requirements into .cache/$1 (once, a minute or so)" >&2
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  if ! python3 -m venv "$folder" >&2; then
    echo "python3 cannot make virtual environments (Debian: apt install python3-venv)." >&2
    exit 69
  fi
  "$own" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
fi
echo "$own"
