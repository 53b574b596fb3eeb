"""Asks the addresses of a registry one after the other: mirrors, HTTPS, HTTP where that is allowed."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from backend.config import EngineConfig
from backend.errors import EngineError, SystemFailureError
from backend.images.reference import Reference
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_client import RegistryClient
from backend.images.registry.registry_endpoints import endpoints
from backend.images.registry.registry_errors import (
    BrokenTransferError,
    RefusedError,
    UnreachableError,
    for_user,
)

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@asynccontextmanager
async def asked(
    config: EngineConfig,
    reference: Reference,
    credentials: Credentials,
    ask: Callable[[RegistryClient], Awaitable[Answer]],
    explain: Callable[[RefusedError, Reference], EngineError] = for_user,
) -> AsyncIterator[tuple[RegistryClient, Answer]]:
    """Yield the first address that answers `ask`, with its answer; `explain` words a registry's refusal."""
    failure: EngineError = SystemFailureError(f"there is no registry to ask for {reference.familiar}")
    for endpoint in endpoints(reference.domain, config.registry_mirrors, config.insecure_registries):
        # A mirror is somebody else's computer: the user's password for the registry is not for it.
        shown = Credentials() if endpoint.is_mirror else credentials
        async with RegistryClient(endpoint, reference.path, shown) as client:
            try:
                await client.ping()
                answer = await ask(client)
            except RefusedError as error:
                failure = explain(error, reference)
            except EngineError as error:
                failure = error
            except BrokenTransferError as error:
                failure = SystemFailureError(str(error))
            else:
                yield client, answer
                return
        if not endpoint.is_mirror and not isinstance(failure, UnreachableError):
            raise failure
        log.info("%s did not help: %s", endpoint.url, failure.message)
    raise failure
