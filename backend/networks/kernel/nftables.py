"""libnftables in this process. Source: `man 3 libnftables`."""

import ctypes
import threading

from backend.errors import SystemFailureError

LIBRARY = "libnftables.so.1"

# The library keeps state of its own between contexts, so that one thread is in it at a time.
_one_at_a_time = threading.Lock()


class Nftables:
    """A context in the network namespace of the thread that makes it; a call is one transaction."""

    def __init__(self) -> None:
        """Load the library. Raises SystemFailureError when it is missing."""
        try:
            self._library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise SystemFailureError(
                f"cannot load {LIBRARY}: {error}; install the package libnftables1"
            ) from error
        self._library.nft_ctx_new.restype = ctypes.c_void_p
        self._library.nft_ctx_new.argtypes = [ctypes.c_uint32]
        self._library.nft_ctx_free.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_buffer_error.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_buffer_output.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
        self._library.nft_ctx_get_error_buffer.argtypes = [ctypes.c_void_p]
        self._library.nft_ctx_get_output_buffer.restype = ctypes.c_char_p
        self._library.nft_ctx_get_output_buffer.argtypes = [ctypes.c_void_p]
        self._library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        with _one_at_a_time:
            self._context = self._library.nft_ctx_new(0)
            if not self._context:
                raise SystemFailureError("cannot start libnftables")
            self._library.nft_ctx_buffer_error(self._context)
            self._library.nft_ctx_buffer_output(self._context)

    def close(self) -> None:
        """Free the library's memory; the rules stay."""
        with _one_at_a_time:
            self._library.nft_ctx_free(self._context)
        self._context = None

    def run(self, commands: str) -> str:
        """Run commands as one transaction and return their output.

        Raises SystemFailureError with the library's or the kernel's reason.
        """
        with _one_at_a_time:
            failed = self._library.nft_run_cmd_from_buffer(self._context, commands.encode())
            errors = self._library.nft_ctx_get_error_buffer(self._context) or b""
            output = self._library.nft_ctx_get_output_buffer(self._context) or b""
        if failed:
            lines = errors.decode(errors="replace").strip().splitlines() or ["unknown reason"]
            raise SystemFailureError(
                f"cannot change the firewall: {lines[0]} (the kernel needs nf_tables with nat, masq and fib)"
            )
        return str(output.decode(errors="replace"))
