"""What a machine's host tells the engine, and what follows from it."""

import asyncio
import os
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from backend.api import authorities
from backend.config import parse_arguments
from backend.engine import Engine
from backend.engine_options import parse_options
from backend.host_settings import HOST_SETTINGS, PROXY_VARIABLES, HostSettings
from tests.support.tls_front import Authority


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the process back as it was."""
    names = [*PROXY_VARIABLES, *(name.upper() for name in PROXY_VARIABLES)]
    before = {name: os.environ.pop(name, None) for name in names}
    yield
    HOST_SETTINGS.apply({})
    for name, value in before.items():
        if value is not None:
            os.environ[name] = value


def test_proxies_are_taken_over_and_taken_back() -> None:
    HostSettings().apply({"http_proxy": "http://p:1", "https_proxy": "http://p:2", "no_proxy": "corp"})
    assert urllib.request.getproxies() == {"http": "http://p:1", "https": "http://p:2", "no": "corp"}
    HostSettings().apply({"http_proxy": 7})
    assert urllib.request.getproxies() == {}


def test_mirrors_and_insecure_hosts_stand_beside_those_of_the_command_line() -> None:
    config = parse_arguments(
        ["--socket", "s", "--data-root", "d", "--run-root", "r", "--registry-mirror", "https://a"]
    )
    HOST_SETTINGS.apply({"registry_mirrors": ["https://b", "https://a"], "insecure_registries": ["h:1", 2]})
    assert config.registry_mirrors == ("https://a", "https://b")
    assert config.insecure_registries == ("h:1",)
    HOST_SETTINGS.apply({})
    assert len(config.registry_mirrors) == 1
    assert len(config.insecure_registries) == 0


def test_options_hold_until_others_are_told() -> None:
    settings = HostSettings()
    settings.use_options(parse_options({"init": True}))
    settings.apply({})
    assert settings.options.init, "a host that tells none leaves those of the command line"
    settings.apply({"options": {"log-driver": "local", "init": 7}})
    assert (settings.options.log_driver, settings.options.init) == ("local", False)
    assert settings.options.problems == ("engine option init: must be true or false",)
    settings.apply({"options": "none"})
    assert settings.options.log_driver == ""


def test_authorities_are_told_to_containers_that_need_them_too(tmp_path: Path) -> None:
    (route,) = authorities.routes(cast(Engine, None))
    assert isinstance(route, web.RouteDef)

    def told() -> str | None:
        answer = asyncio.run(cast(Any, route.handler)(make_mocked_request("GET", route.path)))
        assert isinstance(answer, web.Response)
        return answer.text

    assert told() == ""
    pem = (Authority().write(tmp_path, "registry") / "ca.pem").read_text()
    HOST_SETTINGS.apply({"certificates": pem})
    assert told() == pem


def test_ports_of_the_hosts_network_are_opened_unless_the_host_says_no() -> None:
    settings = HostSettings()
    for told, expected in ((False, False), (True, True)):
        settings.apply({"host_network_ports": told})
        assert settings.host_network_ports is expected
    settings.apply({"host_network_ports": False})
    settings.apply({})
    assert settings.host_network_ports


def test_certificates_are_trusted_beside_the_usual_ones(tmp_path: Path) -> None:
    settings = HostSettings()
    assert settings.tls() is True
    pem = (Authority().write(tmp_path, "x") / "ca.pem").read_text()
    settings.apply({"certificates": pem})
    context = settings.tls()
    assert isinstance(context, ssl.SSLContext)
    assert settings.tls() is context, "made once"
    assert "test CA" in str(context.get_ca_certs())
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode is ssl.CERT_REQUIRED
    settings.apply({"certificates": "no certificate"})
    assert isinstance(settings.tls(), ssl.SSLContext)
    settings.apply({})
    assert settings.tls() is True
