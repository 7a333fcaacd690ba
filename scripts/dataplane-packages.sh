#!/usr/bin/env bash
# Brings what the data path's tests and bench need onto a Debian 12 machine, once: packages by apt, and below
# .cache/dataplane, unpacked and not installed, what would start services or change how the machine boots: a kernel,
# cloud-init and Suricata.
#
#   dataplane-packages.sh [debian13]
#
# With debian13 a Debian 13 as well, for the virtual machine of `make test-debian13`.
#
# Needs root, as the tests do, because they make network namespaces. They run nowhere else than on Debian 12, one of the
# two systems of a node: the namespaces have its kernel, iproute2 and nftables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=$PWD/.cache/dataplane

if [[ "$(id -u)" -ne 0 ]]; then
  echo "the data path's tests make network namespaces: run them as root (npm test -- --only dataplane)" >&2
  exit 77
fi
# shellcheck source=/dev/null
. /etc/os-release
if [[ "${VERSION_CODENAME:-}" != bookworm || "$(dpkg --print-architecture)" != amd64 ]]; then
  echo "the data path's tests run on Debian 12 (bookworm) amd64, the node's own system; this is ${PRETTY_NAME:-unknown}" >&2
  exit 69
fi

packages=(bpftool busybox-static clang-14 cpio ethtool gzip iproute2 kmod libbpf-dev llvm-14 mawk nftables procps
  python3 python3-configobj python3-jinja2 python3-jsonpatch python3-jsonschema python3-netifaces python3-oauthlib
  python3-requests python3-serial python3-yaml qemu-system-x86 tcpdump tcpreplay zstd)
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=5 -o APT::Sandbox::User=root --quiet)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
updated=
update() {
  [[ -n "$updated" ]] || "${apt[@]}" update
  updated=yes
}
if [[ ${#missing[@]} -gt 0 ]]; then
  update
  "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"
fi

# unpack <folder> <package> [<apt option> ...]
unpack() {
  local folder=$cache/$1 package=$2
  shift 2
  mkdir -p "$cache/debs" "$folder.new"
  rm -f "$cache/debs/$package"_*
  (cd "$cache/debs" && "${apt[@]}" "$@" download "$package")
  dpkg-deb --extract "$cache/debs/$package"_*.deb "$folder.new"
  mv "$folder.new" "$folder"
}

if [[ ! -d "$cache/cloud-init" ]]; then
  update
  unpack cloud-init cloud-init
fi

if [[ ! -d "$cache/kernel" ]]; then
  update
  # The package without a version depends on the newest one that has it.
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p')
  unpack kernel "$kernel"
fi

if [[ ! -d "$cache/suricata" ]]; then
  update
  # From backports, in a list of its own: what else this machine installs stays as it is.
  # shellcheck disable=SC2016 # apt expands it
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)
  mkdir -p "$cache/lists/partial"
  lists=(-o "Dir::State::lists=$cache/lists" -o Dir::Etc::sourceparts=- -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
  cat >"$cache/all.list" <<LIST
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main
LIST
  lists+=(-o "Dir::Etc::sourcelist=$cache/all.list")
  "${apt[@]}" "${lists[@]}" update
  unpack suricata suricata "${lists[@]}"
  # Its libraries, without it: no service starts.
  mapfile -t libraries < <(dpkg-deb --field "$cache"/debs/suricata_*.deb Depends | tr ',' '\n' | sed -E 's/^ *([a-z0-9.+-]+).*/\1/' |
    grep -E '^lib' | sort -u)
  "${apt[@]}" "${lists[@]}" install --yes --no-install-recommends --target-release bookworm-backports "${libraries[@]}" || {
    rm -rf "$cache/suricata"
    exit 1
  }
fi

if [[ "${1-}" == debian13 && ! -d "$cache/debian13" ]]; then
  update
  "${apt[@]}" install --yes --no-install-recommends debootstrap
  new=$cache/debian13.new
  rm -rf "$new"
  # What a node installs (install-packages), what its image has, and what the tests need beside it.
  debootstrap --variant=minbase \
    --include=ethtool,iproute2,nftables,nodejs,python3,tcpdump,zstd,systemd,procps,kmod,tcpreplay,busybox-static,cpio,xz-utils \
    trixie "$new"
  chroot "$new" apt-get --quiet update
  kernel=$(chroot "$new" apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p')
  chroot "$new" sh -c "cd /tmp && apt-get --quiet -o APT::Sandbox::User=root download $kernel"
  mkdir "$new/kernel"
  dpkg-deb --extract "$new"/tmp/linux-image-*.deb "$new/kernel"
  ln -s usr/lib "$new/kernel/lib" # where Debian 12's package has them
  # Debian 13's modules are compressed; only some of what loads them can read that.
  chroot "$new" sh -c "find /kernel -name '*.ko.xz' -exec xz --decompress {} +"
  mv "$new" "$cache/debian13"
fi
