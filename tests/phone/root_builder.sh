#!/bin/bash
# Builds the folder that the telephone tests run in: a small Debian with Asterisk, two kinds of telephone (baresip) and
# a load tester (sipp). Nothing is installed on this machine. Safe to run twice, and after an interruption.
set -euo pipefail

usage() {
    cat <<'TEXT'
root_builder.sh [--fresh] [--path]
  (nothing)  makes the root where it is not there: from its packed copy in seconds, else from the Debian mirror
  --fresh    builds it again from the mirror, and packs it
  --path     prints where the root is, and whether it is ready (exit code 1: not ready)

SAYSO_PHONE_ROOT    folder that holds it, outside the checkout (~/.cache/sayso/phone-root)
SAYSO_PHONE_SUITE   Debian release to take Asterisk from (forky)

Needs root, unshare, and a Debian mirror in this machine's apt configuration. Takes debootstrap from the machine, or
borrows its package for the time of the build. Progress is shown; the whole log is build.log in that folder.
TEXT
}

folder=${SAYSO_PHONE_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/sayso/phone-root}
suite=${SAYSO_PHONE_SUITE:-forky}
packages=(asterisk asterisk-modules baresip-core sip-tester)
root=$folder/root
partial=$folder/partial
log=$folder/build.log
recipe=1-$suite # raise the number when the root has to be built again
fresh=no

say() { printf 'phone root: %s (%ss)\n' "$1" "$SECONDS"; }
stop() { printf 'phone root: %s\n' "$1" >&2; exit "${2:-1}"; }
ready() { [[ -f $root/.recipe && $(<"$root/.recipe") == "$recipe" ]]; }

case ${1:-} in
    "") ;;
    --fresh) fresh=yes ;;
    --path) echo "$root"; ready; exit ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac

if [[ $fresh == no ]] && ready; then
    say "ready in $root"
    exit
fi
[[ $(id -u) == 0 ]] || stop "needs root. Run it with sudo, and set SAYSO_PHONE_ROOT so that the tests find the folder." 3
command -v unshare >/dev/null || stop "needs unshare (package util-linux)." 3

# In a mount namespace of its own: what debootstrap mounts goes when this ends, however it ends.
if [[ ${SAYSO_PHONE_INSIDE:-} != yes ]]; then
    exec env SAYSO_PHONE_INSIDE=yes unshare --mount --propagation private -- "$BASH" "$0" "$@"
fi

mkdir -p "$folder"
exec 9>"$folder/lock"
flock -n 9 || { say "another build is under way; waiting for it"; flock -w 1800 9 || stop "waited half an hour for another build."; }
if [[ $fresh == no ]] && ready; then
    say "ready in $root"
    exit
fi

if command -v zstd >/dev/null; then pack=(zstd -T0 -3) unpack=(zstd -d) ending=zst; else pack=(gzip -1) unpack=(gzip -d) ending=gz; fi
packed=$folder/root-$recipe.tar.$ending
borrowed=""
trap '[[ -z $borrowed ]] || rm -rf "$borrowed"' EXIT

remove() { rm -rf --one-file-system "$1"; }
put_in_place() {
    remove "$folder/old"
    [[ ! -e $root ]] || mv "$root" "$folder/old"
    mv "$partial" "$root"
    remove "$folder/old"
}

remove "$partial"
if [[ $fresh == no && -f $packed ]]; then
    say "unpacking $packed"
    mkdir -p "$partial"
    if "${unpack[@]}" <"$packed" | tar -x --numeric-owner -C "$partial"; then
        put_in_place
        say "ready in $root"
        exit
    fi
    say "the packed copy is broken; building again"
    remove "$partial"
    rm -f "$packed"
fi

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sed -n 1p) || true
[[ -n $mirror ]] || stop "this machine's apt configuration names no Debian mirror (or apt-get update never ran)." 4
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -f $keyring ]] || stop "$keyring is missing (package debian-archive-keyring)." 4

: >"$log"
step() {
    say "$1"
    shift
    "$@" >>"$log" 2>&1 || { tail -n 15 "$log" >&2; stop "failed; the whole log is $log." 5; }
}

bootstrap=(debootstrap)
scripts=/usr/share/debootstrap/scripts
if ! command -v debootstrap >/dev/null; then
    borrowed=$(mktemp -d)
    chmod 755 "$borrowed"
    step "borrowing debootstrap" bash -c "cd '$borrowed' && apt-get -qq -o APT::Sandbox::User=root download debootstrap && dpkg -x debootstrap_*.deb ."
    bootstrap=(env "DEBOOTSTRAP_DIR=$borrowed/usr/share/debootstrap" "$borrowed/usr/sbin/debootstrap")
    scripts=$borrowed/usr/share/debootstrap/scripts
fi

step "a small Debian ($suite)" "${bootstrap[@]}" "--keyring=$keyring" --variant=minbase "$suite" "$partial" "$mirror" "$scripts/sid"

printf '#!/bin/sh\nexit 101\n' >"$partial/usr/sbin/policy-rc.d" # no service starts in there
chmod 755 "$partial/usr/sbin/policy-rc.d"
printf 'path-exclude=/usr/share/%s/*\n' doc man locale info >"$partial/etc/dpkg/dpkg.cfg.d/small"
cp /etc/resolv.conf "$partial/etc/resolv.conf"
mkdir -p "$partial/etc/ssl/certs"
cp /etc/ssl/certs/ca-certificates.crt "$partial/etc/ssl/certs/" 2>/dev/null || true
apt-config dump | grep -E '^Acquire::https?::Proxy ' >"$partial/etc/apt/apt.conf.d/build" || true

inside=(chroot "$partial" env DEBIAN_FRONTEND=noninteractive LC_ALL=C)
# A mirror's copy may be older than its date allows; signatures are checked all the same.
step "package lists" "${inside[@]}" apt-get -o Acquire::Check-Valid-Until=false update
step "Asterisk, baresip and sipp" "${inside[@]}" apt-get install -y --no-install-recommends "${packages[@]}"
"${inside[@]}" asterisk -V >/dev/null || stop "Asterisk does not start in the new root; see $log." 5

rm -rf "$partial"/var/cache/apt/*.bin "$partial"/var/cache/apt/archives/*.deb "$partial"/var/lib/apt/lists/* \
    "$partial"/usr/share/{doc,man,locale,info}/* "$partial"/etc/apt/apt.conf.d/build "$partial"/etc/resolv.conf
echo "$recipe" >"$partial/.recipe"

step "packing" bash -o pipefail -c 'tar -c --numeric-owner -C "$1" . | "${@:3}" >"$2"' pack "$partial" "$packed.partial" "${pack[@]}"
rm -f "$folder"/root-*.tar.zst "$folder"/root-*.tar.gz
mv "$packed.partial" "$packed"
put_in_place
say "ready in $root: $(chroot "$root" asterisk -V), $(du -sm "$root" | cut -f1) MB, packed $(du -m "$packed" | cut -f1) MB"
