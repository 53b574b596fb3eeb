# The port to the host: what PID 1 tells, and the one word that it listens to. The protocol is in docs/architecture.md.

say() {
    read -r now _ </proc/uptime
    echo "[marina $now] $*"
}

# The port can be opened once only, and a write to it waits until the host listens. So one process writes, fed by a
# FIFO that never blocks PID 1, and another one reads.
open_boot_port() {
    mkfifo -m 600 /run/marina/reports
    exec 4<>/run/marina/reports
    [ -e /dev/virtio-ports/org.marina.boot ] || { say "there is no port to the host"; return; }
    exec 3<>/dev/virtio-ports/org.marina.boot
    while read -r line; do echo "$line" >&3; done <&4 &
    while :; do
        while read -r line; do
            [ "$line" = poweroff ] && kill -TERM 1
        done <&3
        sleep 0.5 # reading ends at once while nobody is at the other end
    done &
}

report() {
    say "$*"
    echo "$*" >&4
}

fail() {
    report "fail $*"
}
