# The way down: the engine first, so that it stops containers in its own way; then everything; the disk last.

ENGINE_LIMIT=30 # seconds for the engine to stop what runs
OTHERS_LIMIT=3  # seconds for everything else

shut_down() {
    trap '' TERM
    say "shutting down"
    if [ -n "$engine_keeper" ]; then
        kill -TERM "$engine_keeper" 2>/dev/null
        wait_for_end $((ENGINE_LIMIT * 20)) "$engine_keeper" || say "the engine did not end in $ENGINE_LIMIT s"
    fi
    say "ending everything else"
    kill -TERM -1
    wait_for_others $((OTHERS_LIMIT * 20))
    kill -KILL -1
    if grep -q ' /data ext4 ' /proc/mounts; then
        /usr/sbin/fstrim /data
        sync
        release_data
    fi
    say "power off"
    poweroff -f
}

# Waits for one process, in steps of 50 ms.
wait_for_end() {
    left=$1
    while kill -0 "$2" 2>/dev/null; do
        [ $((left -= 1)) -gt 0 ] || return 1
        usleep 50000
    done
}

# Waits until only PID 1 and the kernel's own threads are left: those have no command line.
wait_for_others() {
    left=$1
    while [ $((left -= 1)) -gt 0 ]; do
        others=
        for process in /proc/[0-9]*; do
            [ "$process" = /proc/1 ] || { read -r others <"$process/cmdline" || [ -n "$others" ]; } 2>/dev/null && break
        done
        [ -n "$others" ] || return 0
        usleep 50000
    done
}

# Mounts below and upon /data go first, the deepest one first.
release_data() {
    while read -r _ _ _ _ place _; do echo "$place"; done </proc/self/mountinfo | sort -r |
        while read -r place; do
            case $place in /data/* | /run/marina/*) umount -l "$place" 2>/dev/null ;; esac
        done
    tries=20
    until umount /data 2>/dev/null; do
        if [ $((tries -= 1)) -le 0 ]; then
            say "the data disk is still in use: it is made read-only"
            mount -o remount,ro /data
            return
        fi
        usleep 100000
    done
}
