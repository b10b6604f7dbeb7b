"""Signing with a key on a token or a hardware module, through its PKCS#11 library; the key never leaves it.

A token counts wrong PINs and locks itself, so a PIN it has refused is not offered to it again by this process.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from portal.letters.keys import TokenKey, certificates_in
from portal.letters.signature import CmsSigner, in_asn1
from portal.letters.trouble import SignerTrouble, Trouble

_ONE_AT_A_TIME = threading.Lock()
"""A token is signed in to for the whole process: who signs out would sign out the other thread, too."""
_REFUSED_PINS: set[tuple[str, str, str]] = set()


@contextmanager
def opened(key: TokenKey, pin: str) -> Iterator[CmsSigner]:
    """Sign in to the token for the length of the block. Raises SignerTrouble."""
    try:
        import pkcs11  # noqa: PLC0415 - an extra of the installation: only whoever has a token needs it
        from pyhanko.sign.pkcs11 import PKCS11Signer  # noqa: PLC0415
    except ImportError:
        raise SignerTrouble(Trouble.MISCONFIGURED) from None
    offered = (str(key.module), key.token, pin)
    if offered in _REFUSED_PINS:
        raise SignerTrouble(Trouble.PIN_REFUSED)
    with _ONE_AT_A_TIME:
        try:
            with _token(pkcs11, key).open(user_pin=pin) as session:
                certificate = _certificate(pkcs11, session, key)
                chain = [in_asn1(one) for path in key.chain for one in certificates_in(path)]
                is_elliptic = isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
                yield CmsSigner(
                    certificate,
                    PKCS11Signer(
                        session,
                        signing_cert=in_asn1(certificate),
                        key_label=key.key,
                        ca_chain=chain,
                        embed_roots=False,
                        use_raw_mechanism=is_elliptic,  # many tokens digest for RSA only
                    ),
                )
        except pkcs11.PKCS11Error as error:
            trouble = _trouble(pkcs11, error)
            if trouble is Trouble.PIN_REFUSED:
                _REFUSED_PINS.add(offered)
            raise SignerTrouble(trouble) from error


def _token(pkcs11: Any, key: TokenKey) -> Any:
    """The token of this label. A library that cannot be loaded is no token either."""
    try:
        library = pkcs11.lib(str(key.module))
    except pkcs11.PKCS11Error as error:
        raise SignerTrouble(Trouble.MISCONFIGURED) from error
    return library.get_token(token_label=key.token)


def _certificate(pkcs11: Any, session: Any, key: TokenKey) -> x509.Certificate:
    if key.certificate is not None:
        return certificates_in(key.certificate)[0]
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: key.key}
    found = [bytes(one[pkcs11.Attribute.VALUE]) for one in session.get_objects(wanted)]
    if len(found) != 1:
        raise SignerTrouble(Trouble.KEY_MISSING)
    return x509.load_der_x509_certificate(found[0])


def _trouble(pkcs11: Any, error: Exception) -> Trouble:
    """What the library says in the house's words; a token that is not there may have been pulled out."""
    pins = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinExpired, pkcs11.PinLocked)
    if isinstance(error, pins):
        return Trouble.PIN_REFUSED
    is_plain = type(error) is pkcs11.PKCS11Error  # how the signing library says that the token holds no such key
    return Trouble.KEY_MISSING if is_plain or isinstance(error, pkcs11.NoSuchKey) else Trouble.UNREACHABLE
