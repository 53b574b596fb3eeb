#!/bin/sh
# Installs Marina into the home folder of whoever runs it; `install.sh --remove` takes it away again.
# Containers, images and settings are not part of it: `marina uninstall` is for them, first.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
program=$data/marina-program
commands=$HOME/.local/bin
entry=$data/applications/marina.desktop
icon=$data/icons/hicolor/scalable/apps/marina.svg

case ${1:-} in
--remove)
    rm -rf "$program" "$program.new" "$program.spare" "$program.spare.old" "$program.unpacking" "$program.unpacking.archive" "$entry" "$icon" "$commands/marina" "$commands/marina-desktop"
    for folder in "$commands" "$data/applications" "$(dirname "$icon")"; do
        rmdir -p "$folder" 2>/dev/null || : # those above that hold nothing else
    done
    echo "Marina is removed."
    [ ! -e "$data/marina" ] || echo "Your containers and images are still in $data/marina."
    exit ;;
"") ;;
*) echo "usage: install.sh [--remove]" >&2; exit 2 ;;
esac

new=$program.new
trap 'rm -rf "$new"' EXIT # half of one, when the disk is full
rm -rf "$new"
mkdir -p "$data/applications" "$(dirname "$icon")" "$commands"
cp -a "$here/program" "$new"
rm -rf "$program.spare" "$program.spare.old" # an update of the version before
[ ! -e "$program" ] || mv "$program" "$program.spare.old" # deleting it takes its time: whoever ends this keeps a program
mv "$new" "$program"
rm -rf "$program.spare.old"
ln -sfn "$program/marina" "$commands/marina"
ln -sfn "$program/marina-desktop" "$commands/marina-desktop"
cp "$here/marina.svg" "$icon"
# A path in quotes, as the Desktop Entry Specification wants it ("The Exec key"), and then as sed does.
quoted=$(printf %s "$program" | sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g' -e 's/[\\&|]/\\&/g')
sed "s|^Exec=marina-desktop|Exec=\"$quoted/marina-desktop\"|" "$here/marina.desktop" >"$entry"

echo "Marina is installed: open it from the menu, or run $commands/marina-desktop."
command -v qemu-system-"$(uname -m)" >/dev/null || {
    echo "It needs QEMU, which is not on this computer yet. Install it with one of:"
    echo "    sudo apt install qemu-system qemu-utils"
    echo "    sudo dnf install qemu-kvm qemu-img"
    echo "    sudo pacman -S qemu-base"
}
