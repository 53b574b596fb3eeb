"""Run time: the supervisor process that owns QEMU, the tunnel and the ports."""
