"""Two more companies, when the story has been told: of one a second owner is to co-sign, one has just registered."""

from datetime import datetime, timedelta
from random import Random

from portal.accounts import passwords
from portal.accounts.actions import parties
from portal.accounts.models import Membership
from portal.attachments.actions import Shelf, Upload
from portal.attachments.models import CopyKind
from portal.catalogue.queries import in_force
from portal.clock.zone import office_day
from portal.demonstration.cast import CAREFUL, DOMAIN, NEWCOMER, PASSWORD, colleague, company, invented_name
from portal.demonstration.lives import Stage, drafted
from portal.demonstration.paper import paper
from portal.dossiers.actions import cosigning
from portal.registering.actions import add_paper
from portal.registering.certificate import CERTIFICATE
from portal.workflow.lifecycle import CompanyRole, Role

PROCEDURE = "1.013225"
ASKED = timedelta(hours=2)
"""So long ago the first owner asked the second."""
REGISTERED = timedelta(hours=20)
"""So long ago the newcomer registered."""


def found(stage: Stage, *, chance: Random, now: datetime) -> None:
    """Both companies, each with what waits for somebody."""
    password_hash = passwords.hash_password(PASSWORD)
    _careful(stage, password_hash, chance=chance, now=now)
    _newcomer(stage, password_hash, chance=chance, now=now - REGISTERED)


def _careful(stage: Stage, password_hash: str, *, chance: Random, now: datetime) -> None:
    """Two owners, the wish for two signatures, and a complete draft that waits for the second."""
    counter = next(viewer for (_, role), viewer in stage.cast.officers.items() if role is Role.ONE_STOP)
    since, asked = now - 2 * REGISTERED, now - ASKED
    party, owner = company(stage.session, CAREFUL, password_hash, approved_by=counter, chance=chance, now=since)
    second = colleague(stage.session, invented_name(chance), f"{CAREFUL[-1]}-2@{DOMAIN}", password_hash, now=since)
    stage.session.add(Membership(person_id=second.id, party_id=party.id, role=CompanyRole.OWNER, since=since))
    stage.session.flush()
    parties.require_cosignature(stage.session, party.id, is_needed=True, by=owner.person_id, now=since)
    version = in_force(stage.session, PROCEDURE, on=office_day(asked))
    if version is None:
        return
    draft = drafted(stage, version, party, owner, now=asked, chance=chance, told={})
    cosigning.ask(stage.session, draft, of=second.id, viewer=owner, now=asked)


def _newcomer(stage: Stage, password_hash: str, *, chance: Random, now: datetime) -> None:
    """A company with its certificate, which nobody has compared yet."""
    party, owner = company(stage.session, NEWCOMER, password_hash, approved_by=None, chance=chance, now=now)
    storage = stage.office.storage
    content = storage.get(paper(storage, CERTIFICATE).storage_key)
    upload = Upload(filename="giay-chung-nhan.pdf", content=content, copy_kind=CopyKind.COPY)
    shelf = Shelf(storage=storage, has_scanner=False, takes_unscanned=True)
    add_paper(stage.session, party.id, upload, shelf=shelf, by=owner.person_id, now=now)
