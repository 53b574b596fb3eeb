# The engine: started as soon as its disk is there, and again whenever it ends.

# -S and -s: no search for site-packages; the two folders are all there is.
run_engine() {
    set --
    if [ -e /dev/virtio-ports/org.marina.agent ]; then
        set -- --host-link /dev/virtio-ports/org.marina.agent
    fi
    boot_value engine_args >/run/marina/engine-arguments
    while IFS= read -r argument || [ -n "$argument" ]; do
        [ -n "$argument" ] && set -- "$@" "$argument"
    done </run/marina/engine-arguments
    cd /usr/lib/marina || exit 1
    # One arena of the C library: with one a thread, what threads free stays with the process.
    export PYTHONPATH=/usr/lib/marina:/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=1
    ulimit -n 1048576
    exec /usr/bin/python3 -S -s -P -m backend --socket /run/marina/engine.sock --data-root /data/engine \
        --run-root /run/marina/engine --bundled-images /usr/lib/marina/images --host-address 10.0.2.2 \
        --host-folders /run/marina/host "$@" \
        </dev/null 3>&- 4>&-
}

# A subshell of PID 1: it ends the engine when it is told to end, and then ends itself.
keep_engine_running() {
    trap 'ending=1; kill -PWR $engine 2>/dev/null' TERM # SIGPWR: containers are stopped first
    ending=
    delay=0 # once at once: who is killed works again; one that fails is given growing pauses
    while [ -z "$ending" ]; do
        read -r started _ </proc/uptime
        run_engine &
        engine=$!
        wait $engine
        status=$?
        # a signal ends `wait` before the engine has ended
        while kill -0 $engine 2>/dev/null; do wait $engine; status=$?; done
        [ -n "$ending" ] && break
        read -r ended _ </proc/uptime
        [ $((${ended%.*} - ${started%.*})) -gt 30 ] && delay=0
        say "the engine ended with status $status; starting it again in $delay s"
        sleep $delay
        [ $delay -lt 16 ] && delay=$((delay ? delay * 2 : 1))
    done
}
