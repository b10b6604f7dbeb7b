"""The gateways of this installation, with the sandbox bank's books behind its wire in a demonstration."""

from collections.abc import Mapping
from typing import Any

from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import unit_of_work
from portal.payments import sandbox
from portal.payments.gateways import Gateways, sandbox_secret


def gateways_of(settings: Settings) -> Gateways:
    """What may be paid with here."""

    def answer(fields: Mapping[str, str]) -> Mapping[str, Any]:
        with unit_of_work() as session:
            return sandbox.answer(session, sandbox_secret(settings.secret_key), fields)

    return Gateways.of(settings, sandbox=answer)
