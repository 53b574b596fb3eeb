"""The key that the guest lets in, and the guest's own key, pinned when the boot port handed it over."""

import base64
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vm.errors import UserError
from vm.machine.json_files import write_text
from vm.machine.machine_files import MachineFiles

HOST_KEY_TYPE = "ssh-ed25519"


def get_user_key(files: MachineFiles) -> paramiko.Ed25519Key:
    """Return the machine's private key, made with mode 0600 the first time."""
    if not files.ssh_key.exists():
        _make_key(files.ssh_key)
    try:
        return paramiko.Ed25519Key.from_private_key_file(str(files.ssh_key))
    except (paramiko.SSHException, ValueError, OSError) as error:
        raise UserError(
            "The machine's SSH key cannot be read.",
            f"{files.ssh_key}: {error}",
            "Remove the file: a new key is made at the next start.",
        ) from error


def _make_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    write_text(path, pem.decode())


def public_line(key: paramiko.PKey) -> str:
    """Return the line of an authorized_keys file for `key`."""
    return f"{key.get_name()} {key.get_base64()} marina"


def parse_host_key(text: str) -> str:
    """Return `TYPE BASE64` of a public host key, without its comment. Raises ValueError."""
    words = text.split()
    if len(words) < 2 or words[0] != HOST_KEY_TYPE:
        raise ValueError(f"not an {HOST_KEY_TYPE} key")
    try:
        key = paramiko.Ed25519Key(data=base64.b64decode(words[1], validate=True))
    except (paramiko.SSHException, ValueError, IndexError) as error:
        raise ValueError("not a public key") from error
    return f"{key.get_name()} {key.get_base64()}"


def pin_host_key(files: MachineFiles, text: str, *, new_disk: bool) -> str:
    """Remember the guest's key, which lives on its data disk, and return it.

    Raises UserError when it is not the one remembered, unless the disk is new.
    """
    try:
        key = parse_host_key(text)
    except ValueError as error:
        raise UserError(
            "The machine's identity cannot be read.", f"host key: {error}", "Restart the machine."
        ) from error
    known = read_host_key(files)
    if known is not None and known != key and not new_disk:
        raise UserError(
            "The machine is not the one known here.",
            f"Its host key changed.\nknown: {known}\nfound: {key}",
            f"If you put another data disk in place on purpose, remove {files.host_key} and start again.",
        )
    if known != key:
        write_text(files.host_key, key + "\n")
    return key


def read_host_key(files: MachineFiles) -> str | None:
    """Return the pinned key as `TYPE BASE64`, None before the first boot."""
    try:
        return parse_host_key(files.host_key.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
