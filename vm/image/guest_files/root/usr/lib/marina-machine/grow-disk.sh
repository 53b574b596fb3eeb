#!/usr/bin/busybox sh
# The supervisor calls it when it has made the data disk larger while the machine runs.
export PATH=/usr/sbin:/usr/bin
. /usr/lib/marina-machine/data-disk.sh
say() { echo "$1"; }
data_disk=$(find_disk marina-data) && read_superblock "$data_disk" && grow_data
