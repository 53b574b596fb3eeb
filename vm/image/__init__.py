"""Build time: kernel, initramfs and read-only root of the guest."""
