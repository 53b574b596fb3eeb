#!/bin/sh
# Signs Marina.app from the inside out, with the hardened runtime that notarisation wants; QEMU may use the hypervisor.
# usage: sign.sh Marina.app [IDENTITY]    Without an identity: ad hoc, which runs on this Mac only, and without the hardened
# runtime: that loads libraries of the program's own team only, and who signs ad hoc has none.
set -eu
app=$1
identity=${2:--}
here=$(cd "$(dirname "$0")" && pwd)
options='--options runtime --timestamp'
[ "$identity" = - ] && options=--timestamp=none

# shellcheck disable=SC2086  # a list of words
sign() { codesign --force $options --sign "$identity" "$@"; }

qemu=$app/Contents/Resources/qemu
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) | while read -r library; do sign "$library"; done
find "$app/Contents/Frameworks" -type d -name '*.framework' | while read -r framework; do sign "$framework"; done
for program in "$qemu"/bin/*; do sign --entitlements "$here/qemu.entitlements" "$program"; done
for program in marina marina-desktop; do
    sign --entitlements "$here/program.entitlements" "$app/Contents/MacOS/$program"
done
sign --entitlements "$here/program.entitlements" "$app"
codesign --verify --deep --strict "$app"
