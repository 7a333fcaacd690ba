#!/usr/bin/env bash
# Asks AWS's engine (pom.xml) about the patterns on standard input; Verdicts.java says in which form. Needs Java 17 and
# Maven; `make record-event-patterns` starts it. Nothing but this needs them.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
build="$root/.cache/event-patterns"

for tool in java mvn; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is missing (Debian: apt install openjdk-17-jdk-headless maven)." >&2
    exit 69
  fi
done

mkdir -p "$build"
if ! cmp --silent "$here/pom.xml" "$build/pom.xml"; then
  rm -rf "$build/jars"
  mvn --quiet --batch-mode --file "$here/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$build/jars" >&2
  cp "$here/pom.xml" "$build/pom.xml"
fi
javac -d "$build/classes" -cp "$build/jars/*" "$here/src/main/java/Verdicts.java"
exec java -cp "$build/jars/*:$build/classes" Verdicts
