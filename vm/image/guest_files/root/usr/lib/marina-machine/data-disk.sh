# The user's disk. It is formatted once, when the host says it is new and it is blank, and never again. Before, it is marked
# where mke2fs writes nothing, and the mark goes before the first mount. So a mark tells of formatting that was cut short and
# is done anew, and no disk with data has one.

FORMAT=1 # of the folders on the disk, in /data/machine/format
MARK='Marina is formatting this disk'
MARK_BLOCK=32767 # of 4096 bytes: the last one of ext4's first group, a free one

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

# Sets magic, clean, file_system_bytes from ext4's superblock (kernel: Documentation/filesystems/ext4/super.rst).
read_superblock() {
    # 32-bit words from byte 1024 on; ${15} holds magic and state, ${25} the incompatible features
    set -- $(od -A n -v -t u4 -j 1024 -N 340 "$1")
    magic=$((${15:-0} & 65535))
    clean=$(((${15:-0} >> 16) == 1 && (${25:-0} & 4) == 0))
    high=0
    [ $((${25:-0} & 128)) -ne 0 ] && high=${85}
    file_system_bytes=$(((${2:-0} + (high << 32)) * (1024 << ${7:-0})))
}

is_blank() {
    cmp -s -n 1048576 "$1" /dev/zero
}

is_marked() {
    [ "$(dd if="$1" bs=4096 skip=$MARK_BLOCK count=1 2>/dev/null | tr -d '\0')" = "$MARK" ]
}

# Sets the mark's block and sees it safely on the disk.
set_mark() {
    dd of="$1" bs=4096 seek=$MARK_BLOCK count=1 conv=notrunc,fsync 2>/dev/null
}

format() {
    echo -n "$MARK" | set_mark "$1" &&
        /usr/sbin/mke2fs -q -F -t ext4 -L marina-data -m 0 -E nodiscard,lazy_itable_init=1,lazy_journal_init=1 "$1" &&
        set_mark "$1" </dev/zero
}

# Mounts the disk at /data. On failure $reason says why.
mount_data() {
    data_disk=$(find_disk marina-data) || { reason="no disk with the serial marina-data"; return 1; }
    read_superblock "$data_disk"
    if [ $magic -ne 61267 ] || is_marked "$data_disk"; then # 0xEF53
        [ "$(boot_value data_disk)" = new ] || { reason="the disk holds no ext4 file system, and is not new"; return 1; }
        is_marked "$data_disk" || is_blank "$data_disk" || { reason="the disk is called new, and is not blank"; return 1; }
        say "formatting the new data disk"
        format "$data_disk" || { reason="formatting the new disk failed"; return 1; }
        read_superblock "$data_disk"
    fi
    if [ $clean -ne 1 ]; then
        say "checking the data disk: it was not unmounted"
        /usr/sbin/e2fsck -p "$data_disk"
        status=$?
        [ $status -lt 4 ] || { reason="e2fsck could not repair the disk by itself (status $status)"; return 1; }
    fi
    # noinit_itable: no thread that writes zeros for minutes after the first boot, where zeros are already
    mount -t ext4 -o noatime,discard,noinit_itable "$data_disk" /data || { reason="the disk could not be mounted"; return 1; }
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
