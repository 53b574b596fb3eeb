"""What goes into the machine's image: data that the builder reads, and nothing else."""

SUITE = "trixie"

PACKAGES = (
    # the ground: folders, dynamic loader, shell, time zones of the C library
    "base-files", "base-passwd", "libc6", "libc-bin", "dash", "busybox-static",
    # the engine's language and libraries
    "python3", "python3-aiohttp", "python3-uvloop", "python3-isal", "python3-zstandard",
    "python3-grpclib", "python3-protobuf", "python3-dulwich",
    # containers
    "crun", "conmon", "tini", "libnftables1", "nftables", "erofs-utils", "tar", "procps",
    # the machine
    "e2fsprogs", "util-linux", "kmod", "iproute2", "fuse3", "sshfs", "openssh-server", "openssh-sftp-server",
    "ca-certificates",
)  # fmt: skip

KERNEL_PACKAGES = {"amd64": "linux-image-cloud-amd64", "arm64": "linux-image-cloud-arm64"}

UNPACK_ALONE = ("golang-github-containers-common", "qemu-user")
"""Packages taken without what they depend on: one has the seccomp profile, and would bring netavark; of the
other a static program is kept."""

EMULATORS = {"amd64": "qemu-aarch64", "arm64": "qemu-x86_64"}
"""What runs programs of the other processor in containers, by the machine's own architecture."""

LIBRARY_FOLDERS = {"amd64": "usr/lib/x86_64-linux-gnu", "arm64": "usr/lib/aarch64-linux-gnu"}

LOADERS = {"amd64": "usr/lib64/ld-linux-x86-64.so.2", "arm64": "usr/lib/ld-linux-aarch64.so.1"}
"""Where the kernel looks for what starts a program that is linked to libraries."""

SKIPPED_AT_START = (
    # of the kernel: each costs a start more than anyone here gains from it
    "jent_mod_init",  # a source of random numbers tests itself; virtio-rng and the processor give them
    "load_system_certificate_list",  # Debian's keys for signed modules: ours are not signed
    "trace_eval_init",  # names of enumerations in the tracer's texts
    "ftrace_check_for_weak_functions",  # of the tracer, which looks again when it is used
)

_COMMON_ARGUMENTS = " ".join(
    (
        "quiet panic=-1",
        # the self-tests cost a second of an emulated machine's start, and test nothing new
        "cryptomgr.notests",
        f"initcall_blacklist={','.join(SKIPPED_AT_START)}",
    )
)
KERNEL_ARGUMENTS = {
    # no_timer_check: the test of the timer waits 40 ms; under KVM the kernel leaves it out by itself
    "amd64": f"console=ttyS0 {_COMMON_ARGUMENTS} no_timer_check",
    "arm64": f"console=ttyAMA0 {_COMMON_ARGUMENTS}",
}

PROGRAMS = frozenset((
    # kept of usr/bin and usr/sbin; busybox stands in for the rest
    "busybox", "dash", "sh", "python3", "python3.13", "crun", "conmon", "tini-static", "nft",
    "mkfs.erofs", "dump.erofs", "fsck.erofs", "tar", "ps", "pgrep", "top", "mke2fs", "mkfs.ext4", "e2fsck",
    "fsck.ext4", "resize2fs", "tune2fs", "dumpe2fs", "fstrim", "mount", "umount", "nsenter",
    "unshare", "losetup", "blkid", "kmod", "modprobe", "insmod", "rmmod", "lsmod", "modinfo",
    "depmod", "ip", "bridge", "ss", "sshfs", "fusermount3", "mount.fuse3", "sshd", "ssh", "ssh-keygen",
    "ldconfig",
))  # fmt: skip

APPLETS = (
    # of busybox, beside those that stand in for Debian's programs: for people who look around
    "awk", "vi", "less", "nc", "wget", "ping", "nslookup", "traceroute", "xxd", "hexdump", "which", "free",
    "uptime",
)  # fmt: skip

KEPT = (
    # whole folders and files beside the programs, by path prefix
    "usr/lib/python3/dist-packages/",
    "usr/lib/python3.13/",
    "usr/lib/openssh/sshd-session",
    "usr/lib/openssh/sshd-auth",
    "usr/lib/openssh/sftp-server",
    "usr/lib/os-release",
    "usr/lib/locale/C.utf8/",
    "usr/share/ca-certificates/mozilla/",
    "usr/share/containers/seccomp.json",
    "usr/share/zoneinfo/Etc/UTC",
    "usr/share/doc/",  # thinned to the copyright files below
    "usr/share/common-licenses/",
    "etc/os-release",
    "etc/debian_version",
    "etc/ld.so.conf",
    "etc/ld.so.conf.d/",
    "etc/mke2fs.conf",
    "etc/protocols",
    "etc/services",
    "etc/ssl/openssl.cnf",
    "etc/nftables.conf",
)

DROPPED = (
    "usr/lib/python3.13/sitecustomize.py",  # leads to /etc, and would be compiled from the builder's
    # of what is kept, by pattern of the whole path
    "*/__pycache__/*", "*.a", "*.la",
    "usr/lib/python3.13/test/*", "usr/lib/python3.13/idlelib/*", "usr/lib/python3.13/tkinter/*",
    "usr/lib/python3.13/turtledemo/*", "usr/lib/python3.13/turtle.py", "usr/lib/python3.13/ensurepip/*",
    "usr/lib/python3.13/lib2to3/*", "usr/lib/python3.13/pydoc_data/*", "usr/lib/python3.13/pydoc.py",
    "usr/lib/python3.13/venv/*", "usr/lib/python3.13/distutils/*", "usr/lib/python3.13/config-*",
    "usr/lib/python3.13/_pyrepl/*", "usr/lib/python3.13/dbm/*", "usr/lib/python3.13/doctest.py",
    "usr/lib/python3.13/lib-dynload/_tkinter*", "usr/lib/python3.13/lib-dynload/_test*",
    "usr/lib/python3.13/lib-dynload/_dbm*", "usr/lib/python3.13/lib-dynload/_curses*",
    "usr/lib/python3.13/lib-dynload/readline*", "usr/lib/python3.13/lib-dynload/nis*",
    "usr/lib/python3.13/lib-dynload/xxlimited*",
    "usr/lib/python3/dist-packages/*/tests/*", "usr/lib/python3/dist-packages/*.pyx",
    "usr/lib/python3/dist-packages/*.pxd", "usr/lib/python3/dist-packages/*.pyi",
    "usr/lib/python3/dist-packages/*.c", "usr/lib/python3/dist-packages/*.h",
)  # fmt: skip

NOT_COMPRESSED = (
    # of the images, as patterns of paths: what a start reads. To unpack it takes longer than to read more
    r"\.pyc$", r"\.so$", r"^usr/lib/[a-z0-9_]+-linux-gnu/", r"^usr/bin/(python3\.13|busybox)$",
    r"^usr/(sbin/sshd|lib/openssh/)",
)  # fmt: skip

LOADED_LIBRARIES = (
    # loaded by name at run time, so nothing links to them
    "libnftables.so.1",  # the engine, by ctypes
    "libgcc_s.so.1",  # the C library, when a thread is cancelled
    "libseccomp.so.2",
    "libkmod.so.2",
)

EARLY_MODULES = ("virtio_blk", "erofs")
"""Loaded by the initramfs: what the root needs."""

MACHINE_MODULES = ("virtio_net", "qemu_fw_cfg", "overlay", "virtio_rng", "virtio_balloon")
"""Loaded by the first process before anything else."""

CONTAINER_MODULES = (
    # loaded beside the engine's start, so that the first container does not wait for them
    "bridge", "veth", "nf_tables", "nf_conntrack", "nft_ct", "nft_nat", "nft_masq", "nft_chain_nat",
    "nft_redir", "nft_fib_inet", "nft_fib_ipv4", "nft_fib_ipv6", "nft_reject_inet", "nft_limit",
    "nft_log", "loop",
)  # fmt: skip

OTHER_MODULES = (
    # loaded by the kernel when somebody asks
    "br_netfilter", "nft_compat", "nft_tproxy", "nft_socket", "nft_hash", "nft_numgen", "nft_quota",
    "nft_connlimit", "nft_fib_netdev", "nft_dup_ipv4", "nft_flow_offload", "nf_conntrack_netlink",
    "nf_conntrack_bridge", "nf_nat_ftp", "nf_conntrack_ftp", "nf_log_syslog", "nfnetlink_log",
    "nfnetlink_queue", "ip_tables", "iptable_nat", "iptable_filter", "iptable_mangle",
    "iptable_raw", "ip6_tables", "ip6table_nat", "ip6table_filter", "ip6table_mangle",
    "ip6table_raw", "ip_set", "ip_set_hash_ip", "ip_set_hash_net", "ip_set_hash_ipport", "xt_set",
    "xt_MASQUERADE", "xt_REDIRECT", "xt_addrtype", "xt_comment", "xt_conntrack", "xt_mark",
    "xt_nat", "xt_multiport", "xt_tcpudp", "xt_state", "xt_statistic", "xt_recent", "xt_limit",
    "xt_LOG", "xt_NFLOG", "xt_TCPMSS", "xt_CHECKSUM", "xt_owner", "xt_physdev", "xt_string",
    "xt_u32", "xt_bpf", "xt_cgroup", "xt_ipvs", "xt_connmark", "xt_CT", "xt_REJECT", "ipt_REJECT",
    "ip6t_REJECT", "ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_sh", "tun", "dummy", "macvlan",
    "macvtap", "ipvlan", "vxlan", "geneve", "wireguard", "ifb", "vrf", "ip_gre", "ipip", "sit",
    "sch_ingress", "sch_htb", "sch_netem", "sch_tbf", "sch_fq", "sch_fq_codel", "cls_u32",
    "cls_bpf", "cls_matchall", "act_mirred", "act_police", "act_bpf", "cls_cgroup", "binfmt_misc",
    "vmw_vsock_virtio_transport", "vsock_loopback", "button", "evdev", "squashfs", "btrfs", "xfs",
    "isofs", "vfat", "nls_utf8", "nls_iso8859_1", "nls_ascii", "nls_cp437", "cuse", "nfs", "nfsv3",
    "nfsv4", "nfsd", "cifs", "dm_mod", "dm_crypt", "dm_thin_pool", "dm_snapshot", "nbd", "zram",
    "tls", "tcp_bbr", "sctp", "algif_hash", "algif_skcipher", "af_packet_diag", "inet_diag",
    "tcp_diag", "udp_diag", "unix_diag", "netlink_diag",
)  # fmt: skip
"""Modules a kernel does not know are left out: some are built in, which differs by architecture."""
