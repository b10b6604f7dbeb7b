"""What may be refused to a person, as one small tree with stable codes.

Actions raise these; they know no HTTP. The edge (`web`) turns `status` into the answer and the code into
words in the reader's language (`web.explain_refusals`). A code is `<room>.<what>`, is never reused, and
carries no personal data.
"""

from collections.abc import Mapping


class PortalError(Exception):
    """Something a person asked for that is not done. Nothing was saved."""

    status = 400
    default_code = "request.refused"

    def __init__(
        self, code: str | None = None, /, *, fields: Mapping[str, str] | None = None, **details: object
    ) -> None:
        """`fields` maps a form field to the code of what is wrong with it; `details` fill the sentence."""
        self.code = code or self.default_code
        self.fields: dict[str, str] = dict(fields or {})
        self.details: dict[str, object] = details
        super().__init__(self.code)


class Refused(PortalError):
    """The thing exists and may be seen, but its state or the law does not allow this act now (409)."""

    status = 409
    default_code = "act.refused"


class Invalid(PortalError):
    """The act was understood but what was sent makes no sense for it (422)."""

    status = 422
    default_code = "input.invalid"


class Forbidden(PortalError):
    """The person sees the thing but may not do this to it (403)."""

    status = 403
    default_code = "access.forbidden"


class NotFound(PortalError):
    """There is no such thing, or the person may not know of it (404)."""

    status = 404
    default_code = "access.not_found"


class Stale(PortalError):
    """Somebody changed the thing since this page was made (409)."""

    status = 409
    default_code = "act.stale"


class TooLarge(PortalError):
    """A file or a request exceeds its limit (413)."""

    status = 413
    default_code = "input.too_large"


class TooMany(PortalError):
    """Too many attempts; `retry_after_seconds` says how long to wait (429)."""

    status = 429
    default_code = "access.too_many"

    def __init__(self, code: str | None = None, /, *, retry_after_seconds: int = 60, **details: object) -> None:
        super().__init__(code)
        self.details = {"retry_after_seconds": retry_after_seconds, **details}
        self.retry_after_seconds = retry_after_seconds


class Unavailable(PortalError):
    """A part this act needs does not answer; trying again later helps (503)."""

    status = 503
    default_code = "service.unavailable"
