"""The kinds of jobs in an administrator's words."""

from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from portal.foundation.jobs import LOST
from portal.foundation.outbox import Job
from portal.letters.certificates import State
from portal.letters.trouble import Trouble

JOB_WORDS: dict[str, Any] = {
    Job.ROUTE_DOSSIER.value: lazy_gettext("Send a dossier to its office and officer"),
    Job.SEND_NOTICE.value: lazy_gettext("Deliver a notice"),
    Job.RENDER_LETTER.value: lazy_gettext("Print a letter"),
    Job.FIRE_TIMER.value: lazy_gettext("Act on a time limit that has been reached"),
    Job.PUBLISH_SNAPSHOT.value: lazy_gettext("Publish the figures of the day"),
    Job.SCAN_ATTACHMENT.value: lazy_gettext("Check an uploaded file for viruses"),
    Job.CLEAN_EXPIRED.value: lazy_gettext("Clear away what has expired"),
    Job.COUNT_FIGURES.value: lazy_gettext("Count the figures of the officers"),
    Job.APPLY_CALENDAR.value: lazy_gettext("Count the dates of open dossiers by a new calendar"),
    Job.PLACE_STEPS.value: lazy_gettext("Find hands for steps nobody has"),
    Job.NOTE_SETTLEMENT.value: lazy_gettext("Note a payment on its dossier"),
    Job.ASK_GATEWAY.value: lazy_gettext("Ask the payment gateway how a payment stands"),
    Job.SEND_REFUND.value: lazy_gettext("Send a refund"),
    Job.CHECK_PAYMENTS.value: lazy_gettext("Look after payments whose notice may be lost"),
    Job.MAIL_FIGURES.value: lazy_gettext("Mail the figures somebody has asked for"),
    Job.ERASE_EXPIRED.value: lazy_gettext("Erase what is kept no longer, by the retention rules"),
    Job.ERASE_FILES.value: lazy_gettext("Delete the bytes of erased files"),
    Job.SEND_DIGESTS.value: lazy_gettext("Send the mails of the day"),
    Job.RECHECK_BOOKINGS.value: lazy_gettext("End bookings at times when the counter does not work after all"),
    Job.SEND_RESET.value: lazy_gettext("Send the letter for a forgotten password"),
    Job.LEARN_EFFORT.value: lazy_gettext("Learn how much work each step takes"),
    Job.ACT_ON_MANY.value: lazy_gettext("Do one act on many dossiers"),
    Job.CHECK_CERTIFICATES.value: lazy_gettext("Look at the certificates of seals and signatures"),
}

TROUBLE_WORDS: dict[Trouble, Any] = {
    Trouble.UNREACHABLE: lazy_gettext("The device or service that signs does not answer"),
    Trouble.PIN_REFUSED: lazy_gettext("The device, service or file does not accept the PIN or password it is given"),
    Trouble.KEY_MISSING: lazy_gettext("The device, service or file has no such key or certificate"),
    Trouble.SERVICE_REFUSED: lazy_gettext("The service declines to sign; perhaps the certificate is suspended"),
    Trouble.CERTIFICATE_EXPIRED: lazy_gettext("The certificate has expired"),
    Trouble.CERTIFICATE_UNTRUSTED: lazy_gettext("The certificate leads to no authority that is trusted here"),
    Trouble.CERTIFICATE_OF_OTHER: lazy_gettext("The certificate is in another name than the leader's"),
    Trouble.MISCONFIGURED: lazy_gettext("A password, file or library that the file of signers names is not there"),
}

UNFORESEEN = lazy_gettext("Nobody foresaw this: give the line below to whoever looks after the program")

ERROR_WORDS: dict[str, Any] = {
    LOST: lazy_gettext("The program stopped in the middle each time"),
    "MailServerAway": lazy_gettext("The mail server does not answer or takes no mail"),
    "MessagesAway": lazy_gettext("Short messages cannot be handed over"),
    "OperationalError": lazy_gettext("The database did not answer"),
    "LookupError": lazy_gettext("What the job was about is not there any more"),
    "NoResultFound": lazy_gettext("What the job was about is not there any more"),
    "ConnectionError": lazy_gettext("A part of the installation could not be reached"),
    "TimeoutError": lazy_gettext("A part of the installation did not answer in time"),
    "Refused signing.no_seal": lazy_gettext("The agency has no seal: see Certificates"),
    **{f"SignerTrouble signing.{trouble.value}": words for trouble, words in TROUBLE_WORDS.items()},
}

STATE_WORDS: dict[State, Any] = {
    State.IN_ORDER: lazy_gettext("In order"),
    State.SOON: lazy_gettext("Expires soon"),
    State.EXPIRED: lazy_gettext("Expired"),
    State.MISSING: lazy_gettext("No seal"),
    State.UNREACHABLE: lazy_gettext("Does not answer"),
    State.FAULTY: lazy_gettext("Does not work"),
    State.UNCHECKED: lazy_gettext("Not looked at yet"),
    State.RENEWS_ITSELF: lazy_gettext("Renews itself"),
    State.OWN_TOKEN: lazy_gettext("Signs with an own token"),
}
STATE_TONES = {
    State.IN_ORDER: "done", State.SOON: "soon", State.EXPIRED: "late", State.MISSING: "late",
    State.UNREACHABLE: "late", State.FAULTY: "late", State.UNCHECKED: "quiet", State.RENEWS_ITSELF: "quiet",
    State.OWN_TOKEN: "quiet",
}  # fmt: skip
SIGNER_WORDS: dict[str, Any] = {
    "software": lazy_gettext("Key in a file"),
    "pkcs11": lazy_gettext("Token or hardware module"),
    "csc": lazy_gettext("Remote signing service"),
    "outside": lazy_gettext("The leader's own token"),
    "demo": lazy_gettext("Demonstration, without legal effect"),
}

SCANNER = lazy_gettext("Virus scanner")

PART_WORDS: dict[str, Any] = {
    "database": lazy_gettext("Database"),
    "migrations": lazy_gettext("Tables, as this release needs them"),
    "relay": lazy_gettext("Handing jobs over to the workers"),
    "queue": lazy_gettext("Jobs are taken up"),
    "broker": lazy_gettext("Broker (Redis or Valkey)"),
    "workers": lazy_gettext("Workers show a pulse"),
}
"""The parts that `/readyz` looks at."""

MINUTE, HOUR, DAY = 60, 3600, 86400


def lag_words(seconds: float) -> str:
    """How long something has been waiting, as people say it: by the clock on the wall, not in working time."""
    whole = int(seconds)
    if whole < 1:
        return str(gettext("less than a second"))
    if whole < MINUTE:
        return str(ngettext("%(num)d second", "%(num)d seconds", whole))
    minutes, hours, days = whole // MINUTE, whole // HOUR, whole // DAY
    if whole < HOUR:
        return str(ngettext("%(num)d minute", "%(num)d minutes", minutes))
    if whole < DAY:
        return _both(
            ngettext("%(num)d hour", "%(num)d hours", hours),
            ngettext("%(num)d minute", "%(num)d minutes", minutes % 60),
            minutes % 60,
        )
    return _both(
        ngettext("%(num)d day", "%(num)d days", days), ngettext("%(num)d hour", "%(num)d hours", hours % 24), hours % 24
    )


def _both(larger: str, smaller: str, rest: int) -> str:
    return f"{larger} {smaller}" if rest else str(larger)


def error_words(last_error: str) -> str | None:
    """What went wrong in an administrator's words; None where nothing was noted."""
    known = ERROR_WORDS.get(last_error) or ERROR_WORDS.get(last_error.partition(" ")[0].rstrip(":"))
    return str(known or UNFORESEEN) if last_error else None
