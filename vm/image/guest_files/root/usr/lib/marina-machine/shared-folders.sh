# The host's shared folders, at /run/marina/host with their paths on the host. The engine waits for the mount and refuses
# binds of anything else (backend/containers/mounts/bind_sources.py); the host's end is vm/machine/sharing/file_server.py.

# Without `default_permissions`: the host alone decides, as the user that it runs for, so that any user of a container
# may write. One second of memory: an edit on the host is seen at once, and a list of files asks once.
FOLDER_OPTIONS=passive,allow_other,no_contain_symlinks,fsname=host,dcache_timeout=1,dcache_stat_timeout=1,dcache_dir_timeout=1,\
dcache_link_timeout=1,dcache_clean_interval=2

# The port may be opened once only. Reading it ends when the host's end is closed: then it is mounted anew.
keep_folders_mounted() {
    [ -n "$(boot_value shared_folders)" ] && [ -e /dev/virtio-ports/org.marina.files ] || return 0
    mkdir -p -m 755 /run/marina/host
    while :; do
        /usr/bin/sshfs -f -o $FOLDER_OPTIONS :/ /run/marina/host 0<>/dev/virtio-ports/org.marina.files 1>&0 3>&- 4>&-
        umount -l /run/marina/host 2>/dev/null
        sleep 0.5
    done
}
