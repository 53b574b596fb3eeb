#!/bin/sh
# Has Apple look at a signed disk image, and fastens the answer to it so that it opens without a network.
# usage: notarise.sh Marina.dmg    with APPLE_ID, APPLE_TEAM and APPLE_PASSWORD (an app-specific one) in the environment
set -eu
xcrun notarytool submit "$1" --wait --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM" --password "$APPLE_PASSWORD"
xcrun stapler staple "$1"
xcrun stapler validate "$1"
