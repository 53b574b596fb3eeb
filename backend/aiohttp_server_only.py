"""Makes `import aiohttp.web` load the server alone: aiohttp's client comes when it is used.

The client is a tenth of what the engine loads at its start, and reads all certificate authorities. Only
pulls, pushes and downloads need it.
"""

import importlib.util
import sys
import threading
from typing import Any

PACKAGE = "aiohttp"


def defer_client() -> None:
    """Put a package in aiohttp's place that runs the real one's code when a name of it is asked for."""
    spec = importlib.util.find_spec(PACKAGE)
    if PACKAGE in sys.modules or spec is None or spec.loader is None:
        return
    package, run = importlib.util.module_from_spec(spec), spec.loader.exec_module
    whole = threading.Event()
    loading = threading.RLock()

    def get(name: str) -> Any:
        if name.startswith("__") or importlib.util.find_spec(f"{PACKAGE}.{name}") is not None:
            raise AttributeError(name)  # a part of its own: whoever imports it goes on to look for its file
        with loading:
            if not whole.is_set():
                whole.set()
                run(package)
        if name not in vars(package):
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        return vars(package)[name]

    package.__dict__["__getattr__"] = get
    package.__dict__["__version__"] = ""  # the server's modules read it; the engine tells its own
    sys.modules[PACKAGE] = package
