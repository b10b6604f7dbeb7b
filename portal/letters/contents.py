"""The facts each letter states, one class per form.

Source of the forms: Circular 03/2025/TT-VPCP, Annex I (forms 01 to 07); of the layout: Decree 30/2020/NĐ-CP,
Annex I. Instants are aware; they are printed in the office's time (Asia/Ho_Chi_Minh). A `Text` is authoritative
in Vietnamese; English or Chinese is printed beneath as a courtesy where it has words. Plain strings are
printed as they stand. An empty string means "not stated" and its line is left out.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Literal

from portal.catalogue.text import Text


class LetterKind(StrEnum):
    """Every printed letter; the value names the template `templates/letters/<kind>.typ`."""

    FILING_RECEIPT = "filing_receipt"
    RECEIPT = "receipt"  # Form 01
    SUPPLEMENT = "supplement"  # Form 02
    REFUSAL_OF_INTAKE = "refusal_of_intake"  # Form 03
    APOLOGY = "apology"  # Form 04
    STOP = "stop"  # Form 05
    CONTROL_SLIP = "control_slip"  # Form 06
    REGISTER = "register"  # Form 07
    DECISION = "decision"
    FEE_RECEIPT = "fee_receipt"
    OBLIGATION = "obligation"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes. `superior` is the body above the agency, `place` the town beside the date, as in "Lạng Sơn".

    `number` is the registered number and symbol, as in "128/QĐ-SXD"; slips that are not registered have none.
    """

    agency: Text
    superior: str = ""
    place: str = "Lạng Sơn"
    number: str = ""
    address: str = ""
    phone: str = ""


class Capacity(StrEnum):
    """In whose name a person signs. Source: Decree 30/2020/NĐ-CP, Article 13."""

    OWN = "own"
    COLLECTIVE = "TM."  # thay mặt: on behalf of a collective body
    DEPUTY = "KT."  # ký thay: a deputy for the head
    ORDER = "TL."  # thừa lệnh: by order of the head
    DELEGATION = "TUQ."  # thừa uỷ quyền: by delegation


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs: `post` is their own post; `principal` the body or post they sign for, unless in their own capacity.

    `signed_at` is the moment of the electronic signature; without it room is left for one by hand.
    """

    name: str
    post: str
    capacity: Capacity = Capacity.OWN
    principal: str = ""
    signed_at: datetime | None = None


class IdentifierKind(StrEnum):
    TAX_CODE = "tax_code"
    PERSONAL_ID = "personal_id"
    PASSPORT = "passport"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A filer or a dossier's owner, organisation or individual."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    identifier: str = ""
    identifier_kind: IdentifierKind = IdentifierKind.TAX_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document handed in, with the number of pieces of each nature."""

    name: Text
    originals: int = 0
    certified_copies: int = 0
    plain_copies: int = 0
    electronic: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Which dossier a letter speaks of. `title` is its own subject, as in a project's name.

    `verification_url` is printed as a QR code and in letters; it leads to the public page that checks this letter.
    """

    code: str
    procedure: Text
    procedure_code: str
    verification_url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingReceipt:
    """Confirmation that an online filing has arrived; it is not yet an acceptance.

    `answer_by` is the end of the time the one-stop office has to accept, refuse or ask for more, `answer_within`
    that time in words ("8 giờ làm việc"). `declared` says by whose digital signature it was declared, if by one.
    Source: Decree 118/2025/NĐ-CP (unverified).
    """

    kind: ClassVar[LetterKind] = LetterKind.FILING_RECEIPT
    head: Letterhead
    subject: Subject
    filer: Person
    owner: Person
    filed_at: datetime
    answer_by: datetime
    answer_within: Text
    documents: tuple[DocumentRow, ...]
    declared: Text | None = None

    @property
    def issued_at(self) -> datetime:
        return self.filed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Form 01: the dossier is accepted; the statutory clock has started.

    `limit` is the statutory time in words ("5 ngày làm việc"; see `wording.limit`), `promised_at` the moment after
    which the result can be had. `fee` says how the fee is settled, `collection` where the result is handed over.
    `provisional` marks a date that rests on a calendar year not yet decided.
    """

    kind: ClassVar[LetterKind] = LetterKind.RECEIPT
    head: Letterhead
    subject: Subject
    filer: Person
    owner: Person
    documents: tuple[DocumentRow, ...]
    sets: int
    limit: Text
    accepted_at: datetime
    promised_at: datetime
    collection: Text
    officer: Signatory
    fee: Text | None = None
    provisional: bool = False

    @property
    def issued_at(self) -> datetime:
        return self.accepted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementItem:
    """One thing to put right: what, and why."""

    what: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequest:
    """Form 02: what is missing, asked for once, completely and in writing.

    `before_intake` says whether the statutory clock has not started yet, or stands still until the answer.
    `round` counts the requests of this dossier. `answer_by` is the last day for the filer.
    """

    kind: ClassVar[LetterKind] = LetterKind.SUPPLEMENT
    head: Letterhead
    subject: Subject
    filer: Person
    items: tuple[SupplementItem, ...]
    before_intake: bool
    round: int
    answer_by: date
    issued_at: datetime
    signatory: Signatory
    restart: bool = False
    legal_ground: str = ""
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRefusal:
    """Form 03: the dossier is not taken in. `advice` says what the filer can do instead."""

    kind: ClassVar[LetterKind] = LetterKind.REFUSAL_OF_INTAKE
    head: Letterhead
    subject: Subject
    filer: Person
    filed_at: datetime
    reasons: tuple[Text, ...]
    issued_at: datetime
    signatory: Signatory
    legal_ground: str = ""
    advice: Text | None = None
    remedies: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apology:
    """Form 04: the agency is late, says why, and promises a new date (at most once).

    `responsible` names the office that caused the delay.
    """

    kind: ClassVar[LetterKind] = LetterKind.APOLOGY
    head: Letterhead
    subject: Subject
    filer: Person
    accepted_at: datetime
    promised_at: datetime
    new_promised_at: datetime
    responsible: Text
    reason: Text
    issued_at: datetime
    signatory: Signatory
    contact_phone: str = ""


class StopGround(StrEnum):
    """Why a dossier ends without a decision."""

    WITHDRAWN = "withdrawn"
    NOT_SUPPLIED = "not_supplied"
    UNPAID = "unpaid"
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNotice:
    """Form 05: the dossier is closed without a decision. `fee` says what becomes of money already paid."""

    kind: ClassVar[LetterKind] = LetterKind.STOP
    head: Letterhead
    subject: Subject
    filer: Person
    filed_at: datetime
    ground: StopGround
    reason: Text
    stopped_at: datetime
    issued_at: datetime
    signatory: Signatory
    requested_at: datetime | None = None
    legal_ground: str = ""
    fee: Text | None = None
    remedies: Text | None = None


class Punctuality(StrEnum):
    EARLY = "early"
    ON_TIME = "on_time"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One passing of the dossier from hand to hand: who gave it, who received it, for what step and until when.

    `done_at` is when the receiver was done with the step; None while it lies there. `due_at` is None for a step without
    a limit, and while the clock of the dossier stands still. `result` is None while it is open and not late.
    """

    giver: str
    receiver: str
    step: Text
    received_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    result: Punctuality | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSlip:
    """Form 06: who held the dossier, and when.

    `stopped_since`: the clock stands still; `promised_at` is then as if the answer came at `issued_at`. `notes` are the
    stops of the clock, new promises and whatever else moved the date, each a sentence.
    """

    kind: ClassVar[LetterKind] = LetterKind.CONTROL_SLIP
    head: Letterhead
    subject: Subject
    owner: Person
    accepted_at: datetime
    promised_at: datetime
    limit: Text
    handovers: tuple[Handover, ...]
    issued_at: datetime
    stopped_since: datetime | None = None
    notes: tuple[Text, ...] = ()


class Ending(StrEnum):
    """How a line of the register stands: still open, or how it ended."""

    OPEN = "open"
    NOT_ACCEPTED = "not_accepted"
    STOPPED = "stopped"
    GRANTED = "granted"
    REFUSED = "refused"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One dossier of the register. `identifier` is printed as it stands: a person's number comes masked."""

    code: str
    procedure: Text
    owner: str
    identifier: str
    filer: str
    phone: str
    agency: Text
    received_at: datetime
    promised_at: datetime | None
    ended_at: datetime | None
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Form 07: what an office received from `since` until `until`, both days included.

    `is_cut`: the period has more dossiers than this paper holds. The register is of no single dossier: its `subject`
    is the form itself.
    """

    kind: ClassVar[LetterKind] = LetterKind.REGISTER
    head: Letterhead
    subject: Subject
    since: date
    until: date
    lines: tuple[RegisterLine, ...]
    is_cut: bool
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """A line of a receipt: what was paid for, in whole đồng as printed."""

    name: Text
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeReceipt:
    """Biên lai: money was received. `manner` says how it came, `total` is in figures, `in_words` in Vietnamese words.

    The number of a receipt has no gaps within its agency and year; it stands in the head.
    """

    kind: ClassVar[LetterKind] = LetterKind.FEE_RECEIPT
    head: Letterhead
    subject: Subject
    owner: Person
    payer: str
    lines: tuple[ChargeLine, ...]
    total: str
    in_words: str
    manner: Text
    reference: str
    note: Text
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationNotice:
    """Notice of financial obligation: what is to be paid, line by line, why, and until when.

    The clock stands from this letter until the payment. `total` is in figures, `in_words` in Vietnamese words;
    `due_on` is the last day of payment where the law sets one. The form is ours: the tax office's own notices
    (Circular 80/2021/TT-BTC) come from its own system.
    """

    kind: ClassVar[LetterKind] = LetterKind.OBLIGATION
    head: Letterhead
    subject: Subject
    filer: Person
    lines: tuple[ChargeLine, ...]
    total: str
    in_words: str
    issued_at: datetime
    signatory: Signatory
    reason: str = ""
    legal_ground: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAnswer:
    """An answer of the form in words; of a repeatable question one line per row."""

    label: Text
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPart:
    """A page of the form with its answers."""

    title: Text
    answers: tuple[StatedAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFile:
    """A file of the dossier, named by the SHA-256 of its bytes."""

    document: Text
    filename: str
    content_fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a filer declares before filing, to be signed outside with a certificate of the owner or the agent.

    `content_fingerprint` is the SHA-256 of the dossier's content as it stood when this was printed. There is no code
    yet: `subject.code` holds the beginning of the fingerprint. The form is ours.
    """

    kind: ClassVar[LetterKind] = LetterKind.DECLARATION
    head: Letterhead
    subject: Subject
    owner: Person
    filer: Person
    case: Text
    parts: tuple[StatedPart, ...]
    files: tuple[StatedFile, ...]
    issued_at: datetime
    content_fingerprint: str


DecisionForm = Literal["decision", "permit", "certificate", "notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of a licence or permit: a label and what it says."""

    label: Text
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The result: a decision in articles, or a permit, certificate or notice.

    `title` is the name of the result, `abstract` the line under it ("Về việc …"). `issuer` is the authority as it
    names itself before "QUYẾT ĐỊNH:" ("GIÁM ĐỐC SỞ XÂY DỰNG"). `grounds` are the acts it rests on. `articles` are
    printed as "Điều 1", "Điều 2" in a decision and as numbered clauses in the other forms. `recipients` are those
    under "Nơi nhận". `seal` names the agency whose certificate seals the file.
    """

    kind: ClassVar[LetterKind] = LetterKind.DECISION
    head: Letterhead
    subject: Subject
    form: DecisionForm
    granted: bool
    title: Text
    abstract: Text
    issuer: str
    owner: Person
    grounds: tuple[str, ...]
    articles: tuple[Text, ...]
    issued_at: datetime
    signatory: Signatory
    facts: tuple[Fact, ...] = ()
    recipients: tuple[str, ...] = ()
    valid_until: date | None = None
    remedies: Text | None = None
    content_fingerprint: str = field(default="")


Letter = (
    FilingReceipt
    | Receipt
    | SupplementRequest
    | IntakeRefusal
    | Apology
    | StopNotice
    | ControlSlip
    | Register
    | Decision
    | FeeReceipt
    | ObligationNotice
    | Declaration
)
