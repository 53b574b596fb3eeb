"""A machine that nobody uses tidies up, once after each time of use."""

import asyncio
import time

from vm.machine.idle_watch import IdleWatch


class Socket:
    """Says when it was used."""

    def __init__(self) -> None:
        self.last_use = time.monotonic()


def test_it_tidies_up_once_after_each_use() -> None:
    async def story() -> list[float]:
        socket = Socket()
        tidied: list[float] = []
        done = asyncio.Event()

        async def tidy() -> None:
            tidied.append(socket.last_use)
            done.set()

        watch = asyncio.ensure_future(IdleWatch(socket, tidy, tidy_after=0.01).keep_looking())
        await done.wait()
        await asyncio.sleep(0.05)  # nothing more without use, however long
        done.clear()
        socket.last_use = time.monotonic()
        await done.wait()
        watch.cancel()
        return tidied

    tidied = asyncio.run(story())
    assert len(tidied) == 2
    assert tidied[0] < tidied[1]
