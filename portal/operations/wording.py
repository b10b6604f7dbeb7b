"""The kinds of jobs in an administrator's words."""

from typing import Any

from flask_babel import lazy_gettext

from portal.foundation.jobs import LOST
from portal.foundation.outbox import Job

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
}

ERROR_WORDS: dict[str, Any] = {
    LOST: lazy_gettext("The program stopped in the middle each time"),
}

PART_WORDS: dict[str, Any] = {
    "database": lazy_gettext("Database"),
    "migrations": lazy_gettext("Tables, as this release needs them"),
    "relay": lazy_gettext("Handing jobs over to the workers"),
    "queue": lazy_gettext("Jobs are taken up"),
    "broker": lazy_gettext("Broker (Redis or Valkey)"),
    "workers": lazy_gettext("Workers show a pulse"),
}
"""The parts that `/readyz` looks at."""
