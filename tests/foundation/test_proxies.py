"""Whom the portal believes about the caller: so many proxies as it was told of, and nobody else."""

from pathlib import Path

import flask
import pytest
from werkzeug.wrappers import Response

from portal.app import _believe_proxies
from portal.foundation.settings import Settings
from tests.foundation.test_settings import PRODUCTION

FORGED, TRUE, PROXY = "203.0.113.66", "198.51.100.7", "10.0.0.2"


def caller(proxies: int, forwarded: str, **headers: str) -> str:
    """Who the application takes for the caller, and how it was reached."""
    app = flask.Flask("seen")
    if proxies:
        _believe_proxies(app, proxies)

    @app.get("/")
    def seen() -> Response:
        return Response(f"{flask.request.remote_addr} {flask.request.scheme}")

    sent = {"X-Forwarded-For": forwarded, **headers}
    return app.test_client().get("/", headers=sent, environ_base={"REMOTE_ADDR": PROXY}).text


def test_without_a_proxy_nothing_a_caller_writes_is_believed() -> None:
    assert caller(0, FORGED, **{"X-Forwarded-Proto": "https"}) == f"{PROXY} http"


def test_behind_one_proxy_its_own_word_counts_and_what_stood_there_before_does_not() -> None:
    assert caller(1, f"{FORGED}, {TRUE}", **{"X-Forwarded-Proto": "https"}) == f"{TRUE} https"


@pytest.mark.parametrize(("given", "number"), [({}, 0), ({"TRUSTED_PROXIES": "1"}, 1)])
def test_nobody_is_believed_unless_the_installation_says_so(tmp_path: Path, given: dict[str, str], number: int) -> None:
    assert Settings.from_environment({**PRODUCTION, "DATA_DIR": str(tmp_path), **given}).trusted_proxies == number
