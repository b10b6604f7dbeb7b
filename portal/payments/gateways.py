"""The port to those who move money. Both online gateways speak one protocol and go through one code path.

The sandbox bank is a page of the demonstration: its redirects, returns and notifications are signed and checked like
the real ones, with a secret made from the installation's. The counter has no wire at all.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from portal.foundation.database import new_id
from portal.foundation.errors import NotFound, Unavailable
from portal.foundation.settings import Settings
from portal.payments import vnpay
from portal.payments.kinds import GatewayName

PATIENCE_SECONDS: Final = 20
LARGEST_ANSWER: Final = 64 * 1024
FULL, PARTIAL = "02", "03"

Send = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""A call of the merchant interface: fields in, fields of the answer out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a gateway must know of an attempt."""

    reference: str
    amount_vnd: int
    info: str
    started_at: datetime
    expires_at: datetime
    address: str = "127.0.0.1"
    language: str = "vi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a gateway answers. `is_known` False: it has no such payment."""

    code: str
    is_known: bool = True
    is_success: bool = False
    amount_vnd: int | None = None
    bank_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A terminal at a bank that speaks VNPAY 2.1.0."""

    name: GatewayName
    terminal: str
    secret: str = field(repr=False)
    pay_url: str
    return_url: str
    send: Send = field(repr=False)

    @property
    def origin(self) -> str:
        """Where its pages live: forms may lead there."""
        parts = urlsplit(self.pay_url)
        return f"{parts.scheme}://{parts.netloc}"

    def redirect(self, attempt: Attempt) -> str:
        """The signed address at which the payer pays."""
        parameters = {
            "vnp_Version": vnpay.VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": self.terminal,
            "vnp_Amount": vnpay.hundredths(attempt.amount_vnd),
            "vnp_CurrCode": "VND",
            "vnp_TxnRef": attempt.reference,
            "vnp_OrderInfo": vnpay.plain(attempt.info),
            "vnp_OrderType": "other",
            "vnp_Locale": "vn" if attempt.language == "vi" else "en",
            "vnp_ReturnUrl": self.return_url,
            "vnp_IpAddr": attempt.address,
            "vnp_CreateDate": vnpay.stamp(attempt.started_at),
            "vnp_ExpireDate": vnpay.stamp(attempt.expires_at),
        }
        return f"{self.pay_url}?{vnpay.signed_query(parameters, self.secret)}"

    def is_genuine(self, parameters: Mapping[str, str]) -> bool:
        """Whether the bank wrote this, for this terminal."""
        return parameters.get("vnp_TmnCode") == self.terminal and vnpay.is_genuine(parameters, self.secret)

    def ask(self, attempt: Attempt, *, now: datetime) -> Said:
        """`querydr`: how the payment stands. Raises `Unavailable` if no trustworthy answer comes."""
        request = {
            **self._request("querydr", attempt, now=now),
            "vnp_TransactionDate": vnpay.stamp(attempt.started_at),
        }
        request[vnpay.HASH] = vnpay.joined_signature(request, vnpay.QUERY_ORDER, self.secret)
        answer = self._answer(request, vnpay.QUERY_ANSWER_ORDER)
        code = answer.get("vnp_ResponseCode", "")
        if code == "91":
            return Said(code=code, is_known=False)
        if code != vnpay.SUCCESS:
            raise Unavailable("payment.gateway_silent")
        status = answer.get("vnp_TransactionStatus", "")
        return Said(
            code=status,
            is_success=status == vnpay.SUCCESS,
            amount_vnd=vnpay.dong(answer.get("vnp_Amount", "")),
            bank_reference=answer.get("vnp_TransactionNo", ""),
        )

    def refund(
        self, attempt: Attempt, *, request_id: str, amount_vnd: int, bank_reference: str, by: str, now: datetime
    ) -> Said:
        """`refund`: give back all or part. The same `request_id` is the same refund, however often it is sent."""
        request = {
            **self._request("refund", attempt, now=now),
            "vnp_RequestId": request_id,
            "vnp_TransactionType": FULL if amount_vnd == attempt.amount_vnd else PARTIAL,
            "vnp_Amount": vnpay.hundredths(amount_vnd),
            "vnp_TransactionNo": bank_reference,
            "vnp_TransactionDate": vnpay.stamp(attempt.started_at),
            "vnp_CreateBy": by,
        }
        request[vnpay.HASH] = vnpay.joined_signature(request, vnpay.REFUND_ORDER, self.secret)
        answer = self._answer(request, vnpay.REFUND_ANSWER_ORDER)
        code = answer.get("vnp_ResponseCode", "")
        return Said(
            code=code,
            is_success=code == vnpay.SUCCESS,
            amount_vnd=vnpay.dong(answer.get("vnp_Amount", "")),
            bank_reference=answer.get("vnp_TransactionNo", ""),
        )

    def _request(self, command: str, attempt: Attempt, *, now: datetime) -> dict[str, str]:
        return {
            "vnp_RequestId": new_id().hex,
            "vnp_Version": vnpay.VERSION,
            "vnp_Command": command,
            "vnp_TmnCode": self.terminal,
            "vnp_TxnRef": attempt.reference,
            "vnp_CreateDate": vnpay.stamp(now),
            "vnp_IpAddr": attempt.address,
            "vnp_OrderInfo": vnpay.plain(attempt.info),
        }

    def _answer(self, request: Mapping[str, str], order: tuple[str, ...]) -> Mapping[str, str]:
        answer = {name: "" if value is None else str(value) for name, value in self.send(request).items()}
        expected = vnpay.joined_signature(answer, order, self.secret)
        if not hmac.compare_digest(answer.get(vnpay.HASH, "").lower().encode(), expected.encode()):
            raise Unavailable("payment.gateway_silent")
        if answer.get("vnp_TxnRef") not in {"", request["vnp_TxnRef"]}:
            raise Unavailable("payment.gateway_silent")
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateways:
    """The online gateways this installation offers."""

    online: Mapping[GatewayName, Gateway]

    @classmethod
    def of(cls, settings: Settings, *, sandbox: Send | None = None) -> "Gateways":
        """VNPAY where it is set up, the sandbox bank in a demonstration only; `sandbox` answers for its books."""
        online: dict[GatewayName, Gateway] = {}
        if settings.is_demo:
            online[GatewayName.SANDBOX] = sandbox_bank(settings, send=sandbox)
        if settings.vnpay is not None:
            online[GatewayName.VNPAY] = Gateway(
                name=GatewayName.VNPAY,
                terminal=settings.vnpay.terminal,
                secret=settings.vnpay.secret,
                pay_url=settings.vnpay.pay_url,
                return_url=f"{settings.public_url}/payments/{GatewayName.VNPAY.value}/return",
                send=by_post(settings.vnpay.api_url),
            )
        return cls(online=online)

    def one(self, name: str) -> Gateway:
        """The gateway of this name; `NotFound` if it is not offered."""
        found = next((gateway for gateway in self.online.values() if gateway.name.value == name), None)
        if found is None:
            raise NotFound("payment.gateway_unknown")
        return found


def sandbox_bank(settings: Settings, *, send: Send | None = None) -> Gateway:
    """The sandbox bank; `send` answers for its books."""
    return Gateway(
        name=GatewayName.SANDBOX,
        terminal="SANDBOX1",
        secret=sandbox_secret(settings.secret_key),
        pay_url=f"{settings.public_url}/payments/sandbox-bank",
        return_url=f"{settings.public_url}/payments/{GatewayName.SANDBOX.value}/return",
        send=send or _nobody,
    )


def sandbox_secret(secret_key: str) -> str:
    """The sandbox bank's secret with us: not ours, but made from it, so that nothing need be set up."""
    return hmac.new(secret_key.encode(), b"the sandbox bank's secret", hashlib.sha256).hexdigest()


def by_post(url: str) -> Send:
    """Send requests to this address as JSON."""

    def send(fields: Mapping[str, str]) -> Mapping[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address comes from the settings, which check it
            url, data=json.dumps(dict(fields)).encode(), headers={"Content-Type": "application/json"}, method="POST"
        )
        try:
            with _opener.open(request, timeout=PATIENCE_SECONDS) as response:
                answer = json.loads(response.read(LARGEST_ANSWER))
        except (OSError, ValueError, urllib.error.URLError) as error:
            raise Unavailable("payment.gateway_silent") from error
        if not isinstance(answer, dict):
            raise Unavailable("payment.gateway_silent")
        return answer

    return send


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _nobody(_fields: Mapping[str, str]) -> Mapping[str, Any]:
    raise Unavailable("payment.gateway_silent")
