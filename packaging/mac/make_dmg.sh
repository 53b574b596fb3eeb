#!/bin/sh
# Puts Marina.app and a link to Applications on a disk image.
# usage: make_dmg.sh Marina.app VERSION TARGET.dmg
set -eu
app=$1 version=$2 target=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ditto "$app" "$work/Marina.app"
ln -s /Applications "$work/Applications"
for left in 4 3 2 1 0; do # "Resource busy": what looks for malware holds the new volume now and then
    hdiutil create -quiet -ov -volname "Marina $version" -srcfolder "$work" -format ULFO "$target" && exit
    [ $left = 0 ] || sleep 10
done
exit 1
