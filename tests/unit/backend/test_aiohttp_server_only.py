"""The engine loads aiohttp's client when it is used, and not before."""

import subprocess
import sys

ENGINE = """
import sys
from backend.aiohttp_server_only import defer_client
defer_client()
from backend.api.server import Server
from backend.containers.manager import Containers
assert "aiohttp.web" in sys.modules
assert "aiohttp.client" not in sys.modules, "something of the start uses the client"
"""

CLIENT = """
import aiohttp
assert aiohttp.ClientSession.__module__ == "aiohttp.client"
assert aiohttp.__version__
from aiohttp import ClientError, ClientTimeout
from aiohttp.client_exceptions import ClientError as same
assert ClientError is same
try:
    aiohttp.no_such_name
except AttributeError:
    pass
else:
    raise AssertionError
from backend.images.registry.registry_session import DEFAULT_TIMEOUT
assert isinstance(DEFAULT_TIMEOUT, ClientTimeout)
"""

THREADS = """
import threading
seen = []
threads = [threading.Thread(target=lambda: seen.append(aiohttp.ClientSession)) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert seen == [aiohttp.ClientSession] * 8
"""


def run(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_engines_start_does_without_the_client() -> None:
    run(ENGINE)


def test_the_client_is_there_when_it_is_asked_for() -> None:
    run(ENGINE + CLIENT)


def test_threads_that_ask_at_once_all_get_it() -> None:
    run(ENGINE + "import aiohttp\n" + THREADS)


def test_a_package_that_is_loaded_stays() -> None:
    run("import aiohttp\nfrom backend.aiohttp_server_only import defer_client\ndefer_client()\n" + CLIENT)
