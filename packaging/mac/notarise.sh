#!/bin/sh
# Signs a disk image, has Apple look at it, and fastens the answer to it so that it opens without a network.
# usage: notarise.sh Marina.dmg IDENTITY
# with APPLE_ID, APPLE_TEAM and APPLE_PASSWORD (an app-specific one) in the environment
set -eu
codesign --force --timestamp --sign "$2" "$1"
xcrun notarytool submit "$1" --wait --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM" --password "$APPLE_PASSWORD"
xcrun stapler staple "$1" # fails when the answer was no: `xcrun notarytool log` with the id above tells why
xcrun stapler validate "$1"
