"""A machine that nobody uses tidies up, once after each time of use, and is suspended later."""

import asyncio
import time

from vm.machine.rest.idle_watch import IdleWatch


class Socket:
    """Says when it was used."""

    def __init__(self) -> None:
        self.last_use = time.monotonic()


async def never() -> None:
    raise AssertionError


def test_it_tidies_up_once_after_each_use() -> None:
    async def story() -> list[float]:
        socket = Socket()
        tidied: list[float] = []
        done = asyncio.Event()

        async def tidy() -> bool:
            tidied.append(socket.last_use)
            done.set()
            return True

        watch = asyncio.ensure_future(IdleWatch(socket, tidy, lambda: 0, never, 0.01).keep_looking())
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


def test_a_machine_that_works_is_tidied_up_when_it_does_no_more() -> None:
    async def story() -> int:
        answers = [True, False, False]
        asleep = asyncio.Event()

        async def tidy() -> bool:
            return answers.pop()

        async def suspend() -> None:
            if not answers:
                asleep.set()

        watch = asyncio.ensure_future(IdleWatch(Socket(), tidy, lambda: 0.01, suspend, 0.01).keep_looking())
        await asleep.wait()
        await asyncio.sleep(0.05)  # popping an answer more would end the watch
        assert not watch.done()
        watch.cancel()
        return len(answers)

    assert asyncio.run(story()) == 0


def test_it_asks_for_the_machine_to_be_suspended_until_it_is() -> None:
    async def story() -> list[float]:
        socket = Socket()
        asked: list[float] = []
        enough = asyncio.Event()

        async def tidy() -> bool:
            return True

        async def suspend() -> None:
            asked.append(time.monotonic() - socket.last_use)
            if len(asked) == 3:
                enough.set()

        watch = asyncio.ensure_future(IdleWatch(socket, tidy, lambda: 0.05, suspend, 0.01).keep_looking())
        await enough.wait()
        watch.cancel()
        return asked

    assert min(asyncio.run(story())) >= 0.05
