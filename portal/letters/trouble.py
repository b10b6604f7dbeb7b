"""Why a key did not sign. Whoever pressed is told in a sentence, nothing is saved, and the act can be done again."""

from enum import StrEnum

from portal.foundation.errors import Refused


class Trouble(StrEnum):
    """What stands between an act and its signature."""

    UNREACHABLE = "unreachable"  # the device or the service does not answer
    PIN_REFUSED = "pin_refused"  # it answers, and does not accept the PIN, passphrase or token
    KEY_MISSING = "key_missing"  # it has no such token, key, credential or certificate
    SERVICE_REFUSED = "service_refused"  # it declines to sign, or the certificate is suspended or revoked
    CERTIFICATE_EXPIRED = "certificate_expired"  # or is not valid yet
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"  # it leads to no authority named as trusted here
    CERTIFICATE_OF_OTHER = "certificate_of_other"  # a leader's key, and the certificate names somebody else
    MISCONFIGURED = "misconfigured"  # a secret, a file or a library the operator named is not there


class SignerTrouble(Refused):
    """A key did not sign. The code is `signing.<trouble>`; `owner` in the details is whose key it is."""

    def __init__(self, trouble: Trouble, *, owner: str = "") -> None:
        super().__init__(f"signing.{trouble.value}", owner=owner)
        self.trouble = trouble

    def of(self, owner: str) -> "SignerTrouble":
        """The same, said of `owner`."""
        return SignerTrouble(self.trouble, owner=owner)
