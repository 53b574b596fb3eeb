# The user's disk. It is formatted when the host says that it is new and no file system on it was ever mounted, and never
# again: formatting that was cut short is done anew, and what held data stays.

FORMAT=1 # of the folders on the disk, in /data/machine/format

find_disk() {
    for serial in /sys/block/*/serial; do
        if [ -e "$serial" ] && [ "$(cat "$serial")" = "$1" ]; then
            disk=${serial%/serial}
            echo "/dev/${disk##*/}"
            return 0
        fi
    done
    return 1
}

# Sets magic, used, clean, file_system_bytes from ext4's superblock (kernel: Documentation/filesystems/ext4/super.rst).
read_superblock() {
    # 32-bit words from byte 1024 on; ${12} is the time of the last mount, ${14} holds how often it was mounted since a check,
    # ${15} magic and state, ${25} the incompatible features
    set -- $(od -A n -v -t u4 -j 1024 -N 340 "$1")
    magic=$((${15:-0} & 65535))
    # the kernel writes both before the mount is there for anybody
    used=$((magic == 61267 && (${12:-0} != 0 || (${14:-0} & 65535) != 0))) # 61267: 0xEF53
    clean=$(((${15:-0} >> 16) == 1 && (${25:-0} & 4) == 0))
    high=0
    [ $((${25:-0} & 128)) -ne 0 ] && high=${85}
    file_system_bytes=$(((${2:-0} + (high << 32)) * (1024 << ${7:-0})))
}

# Mounts the disk at /data. On failure $reason says why.
mount_data() {
    data_disk=$(find_disk marina-data) || { reason="no disk with the serial marina-data"; return 1; }
    read_superblock "$data_disk"
    if [ $used -eq 0 ] && [ "$(boot_value data_disk)" = new ]; then
        say "formatting the new data disk"
        /usr/sbin/mke2fs -q -F -t ext4 -L marina-data -m 0 -E nodiscard,lazy_itable_init=1,lazy_journal_init=1 \
            "$data_disk" || { reason="formatting the new disk failed"; return 1; }
        read_superblock "$data_disk"
    fi
    [ $magic -eq 61267 ] || { reason="the disk holds no ext4 file system, and is not new"; return 1; }
    if [ $clean -ne 1 ]; then
        say "checking the data disk: it was not unmounted"
        /usr/sbin/e2fsck -p "$data_disk"
        status=$?
        [ $status -lt 4 ] || { reason="e2fsck could not repair the disk by itself (status $status)"; return 1; }
    fi
    mount -t ext4 -o noatime,discard "$data_disk" /data || { reason="the disk could not be mounted"; return 1; }
    check_format
}

check_format() {
    if [ -e /data/machine/format ]; then
        read -r format </data/machine/format
        [ "$format" -le $FORMAT ] 2>/dev/null && return 0
        reason="the disk was written by a newer Marina (format $format)"
        umount /data
        return 1
    fi
    mkdir -p -m 700 /data/machine && echo $FORMAT >/data/machine/format.new && sync &&
        mv /data/machine/format.new /data/machine/format || { reason="the disk cannot be written"; return 1; }
}

# The host made the disk larger: so does the file system, while in use.
grow_data() {
    read -r sectors <"/sys/block/${data_disk#/dev/}/size"
    [ $((sectors * 512)) -gt $((file_system_bytes + 16777216)) ] || return 0
    say "growing the data disk's file system"
    /usr/sbin/resize2fs "$data_disk"
}
