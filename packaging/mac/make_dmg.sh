#!/bin/sh
# Puts Marina.app and a link to Applications on a disk image.
# usage: make_dmg.sh Marina.app VERSION TARGET.dmg
set -eu
app=$1 version=$2 target=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ditto "$app" "$work/Marina.app"
ln -s /Applications "$work/Applications"
hdiutil create -quiet -ov -volname "Marina $version" -srcfolder "$work" -format ULFO "$target"
