"""The desk's words that stand for codes: tabs, why somebody has a step, how a step ended, refusals."""

from typing import Any

from flask_babel import lazy_gettext as _

from portal.desk.models import ManyAct
from portal.desk.tabs import TabKey
from portal.workflow.events import EventKind

TABS: dict[TabKey, Any] = {
    TabKey.INTAKE: _("To accept"),
    TabKey.DISPATCH: _("Without an agency"),
    TabKey.MINE: _("Mine"),
    TabKey.SIGN: _("To decide and sign"),
    TabKey.NUMBER: _("To number and issue"),
    TabKey.OPINIONS: _("Opinions asked"),
    TabKey.UNIT: _("My unit"),
    TabKey.DUE_SOON: _("Due soon"),
    TabKey.OVERDUE: _("Work overdue"),
    TabKey.APPROVALS: _("Requests to approve"),
    TabKey.WITHDRAWALS: _("Withdrawals asked"),
    TabKey.WAITING: _("Waiting for the filer"),
    TabKey.HAND_OVER: _("To hand over"),
    TabKey.DONE: _("Ended lately"),
    TabKey.SEARCH: _("Find"),
}

LANE_NAME = _("Border lane")

COLUMNS: dict[str, Any] = {
    "company": _("Company"),
    "stands": _("Where it stands"),
    "by_law": _("Due by law"),
    "filed": _("Filed"),
    "rounds": _("Supplements"),
}

EMPTY: dict[TabKey, tuple[Any, Any]] = {
    TabKey.INTAKE: (
        _("Nothing to accept"),
        _("A dossier appears here the moment a company files it. You then have eight working hours to accept it."),
    ),
    TabKey.DISPATCH: (
        _("Every dossier has its agency"),
        _("A dossier appears here when no rule says which agency is competent for it."),
    ),
    TabKey.MINE: (
        _("Nothing is waiting for you"),
        _("A step appears here as soon as it is given to you. Look at your unit’s work if you have a hand free."),
    ),
    TabKey.SIGN: (_("Nothing to decide"), _("Drafts approved by the head of the unit appear here for your decision.")),
    TabKey.NUMBER: (_("Nothing to number or issue"), _("Signed decisions appear here.")),
    TabKey.OPINIONS: (
        _("No opinion is asked of your agency"),
        _("A request for an opinion from another agency appears here with its own deadline."),
    ),
    TabKey.UNIT: (_("Your unit has no open work"), _("Open steps of everybody in your agency appear here.")),
    TabKey.DUE_SOON: (
        _("Nothing is due soon"),
        _("Open work whose time is nearly up appears here, the nearest first."),
    ),
    TabKey.OVERDUE: (_("Nothing is overdue"), _("Open work whose time has passed appears here, the oldest first.")),
    TabKey.APPROVALS: (
        _("No request waits for your approval"),
        _("When an officer writes a request for a supplement, it appears here before it is sent."),
    ),
    TabKey.WITHDRAWALS: (
        _("Nobody asks to withdraw"),
        _("When a company asks to take its dossier back, you consent or decline here."),
    ),
    TabKey.WAITING: (
        _("No dossier waits for its filer"),
        _("Dossiers whose clock is stopped for a supplement or a payment appear here."),
    ),
    TabKey.HAND_OVER: (
        _("No result is waiting to be fetched"),
        _("Issued results appear here until the company has them."),
    ),
    TabKey.DONE: (_("Nothing has ended in the last 30 days"), _("Settled and stopped dossiers appear here.")),
    TabKey.SEARCH: (
        _("Find a dossier"),
        _("Type a dossier code, a company, a tax code or words of the subject. Accents and small slips do not matter."),
    ),
}

DUE_HEADINGS: dict[TabKey, Any] = {
    TabKey.INTAKE: _("Accept by"),
    TabKey.DISPATCH: _("Accept by"),
    TabKey.WAITING: _("Time left"),
    TabKey.HAND_OVER: _("Settled on"),
    TabKey.DONE: _("Ended"),
    TabKey.SEARCH: _("Filed"),
}
STEP_DUE_HEADING = _("Left for this step")
PAST_TABS = frozenset({TabKey.HAND_OVER, TabKey.DONE, TabKey.SEARCH})
"""Tabs ordered by something that has already happened: nothing is left to count down."""

MANY: dict[ManyAct, Any] = {
    ManyAct.ACCEPT: _("Accept them"),
    ManyAct.GIVE: _("Give them to a colleague"),
    ManyAct.FORWARD: _("Pass them on"),
    ManyAct.SIGN: _("Grant and sign them"),
    ManyAct.ISSUE: _("Number and issue them"),
}
MANY_MEANS: dict[ManyAct, Any] = {
    ManyAct.ACCEPT: _("Each company gets Form 01 with its promised date, and the time of the law begins to run."),
    ManyAct.GIVE: _("Each step goes to the colleague you choose. A step that needs another role stays where it is."),
    ManyAct.FORWARD: _(
        "Each of these steps is done, and the dossier goes on to the next. Where a refusal is recommended, an opinion "
        "is asked or an agency disagrees, nothing is done: open that dossier by itself."
    ),
    ManyAct.SIGN: _(
        "You grant and sign each decision as its page shows it. Where a refusal is recommended or an agency disagrees, "
        "nothing is signed: open that dossier by itself."
    ),
    ManyAct.ISSUE: _(
        "Each decision gets its number where it has none, is sealed by the agency and sent to the company."
    ),
}

WHY: dict[str, Any] = {
    "fewest_open_steps": _("had the fewest open steps"),
    "least_work": _("had the least work waiting"),
    "stands_in": _("is away; somebody stands in"),
    "handed_over": _("was handed over by a colleague"),
    "nobody_in_role": _("nobody holds this role there: the dispatcher decides"),
    "nobody_present": _("everybody is away: the dispatcher decides"),
    "nobody_skilled": _("nobody has the skill it needs: the dispatcher decides"),
    "nobody_free_of_conflict": _("everybody has a conflict of interest: the dispatcher decides"),
    "nobody_for_two_persons": _("another person must do it than before: the dispatcher decides"),
    "had_it_before": _("had it before"),
    "knows_it": _("knows the dossier from the step before"),
    "taken_over": _("took it over"),
    "successor": _("its agency was closed: it goes on with the successor"),
    "chosen_by_head": _("chosen by the head"),
}

OUTCOMES: dict[str, Any] = {
    EventKind.STEP_COMPLETED.value: _("done"),
    EventKind.STEP_SENT_BACK.value: _("sent back"),
    EventKind.STEP_DROPPED.value: _("no longer needed"),
    EventKind.OPINION_GIVEN.value: _("opinion given"),
    EventKind.OPINION_SILENT.value: _("no answer in time"),
    EventKind.SIGNED.value: _("signed"),
    EventKind.NUMBERED.value: _("numbered"),
    EventKind.ISSUED.value: _("issued"),
    EventKind.RETURNED.value: _("handed over"),
    "ended_with_dossier": _("ended with the dossier"),
}

CONCLUSIONS: dict[str, Any] = {
    "agree": _("Agrees"),
    "disagree": _("Does not agree"),
    "grant": _("Recommends granting"),
    "refuse": _("Recommends refusing"),
    "granted": _("Granted"),
    "refused": _("Refused"),
}

REASONS: dict[str, Any] = {
    "dossier.not_routed_yet": _(
        "The competent agency is not known yet. It is found within seconds; where no rule fits, the dispatcher decides."
    ),
    "dossier.role_missing": _("Your role does not allow this."),
    "dossier.origin_unknown": _("It is not known where the withdrawal was asked, so the work cannot go on by itself."),
    "intake.reason_missing": _("Write why the dossier cannot be accepted. The company reads this sentence."),
    "step.not_open": _("This step is no longer open. Somebody has done it, or the dossier has moved on."),
    "step.not_yours": _("This step belongs to another role or agency."),
    "step.note_missing": _("Write your findings. The next person decides on the strength of them."),
    "step.two_persons": _(
        "You have already worked on this dossier. The law wants a second person here: "
        "ask a colleague to take this step."
    ),
    "step.needs_evidence": _("This step is signed, numbered or issued; it cannot simply be marked as done."),
    "step.dossier_waits": _("The dossier is waiting for its filer, or has ended. No step can be done now."),
    "step.other_act": _("Something else is to be done at this step."),
    "step.not_ready": _("An earlier step is not done yet."),
    "step.no_way_back": _("The procedure does not allow sending the dossier back there."),
    "step.where_to": _("Choose the step the dossier goes back to."),
    "step.already_yours": _("You have this step already."),
    "step.not_a_colleague": _("This colleague does not hold the role the step needs, or has left."),
    "step.conclusion_missing": _("Say what you conclude."),
    "decision.reason_missing": _("Write why the application is refused. The reason is printed in the decision."),
    "decision.outcome_missing": _("Choose whether to grant or to refuse."),
    "decision.refusal_proposed": _(
        "A refusal was recommended before anything was paid, so this dossier can only be refused now. "
        "If you do not agree, send it back to the step that recommended the refusal."
    ),
    "decision.not_signed": _("There is no signed decision yet."),
    "decision.not_numbered": _("The decision has no number yet."),
    "access.step_up": _("Confirm with your second factor first. What you typed is kept here."),
    "supplement.items_missing": _("Mark at least one field or document as wrong, and say what is wrong with each."),
    "supplement.already_open": _("A request for a supplement is open already. Send it or drop it first."),
    "supplement.signed": _("The decision is signed already: nothing more can be asked of the company."),
    "signing.no_file": _("Choose the signed PDF first."),
    "signing.too_large": _("The file is larger than 20 MB. Send the PDF as your signing program saved it."),
    "signing.not_signed": _("This PDF carries no signature. Sign it with your token, then send it."),
    "signing.other_paper": _(
        "This is not the paper that was handed out, or more than a signature was added to it. "
        "Fetch the paper again, sign it without changing anything else, and send it."
    ),
    "signing.not_valid": _("The signature does not hold: the file was changed after it was signed."),
    "signing.not_trusted": _("The certificate leads to no authority this office trusts. Ask the administrator."),
    "signing.expired": _("The certificate was not valid when the paper was signed. Renew it, then sign again."),
    "signing.other_person": _("The paper was signed by %(name)s. The decision must be signed by you."),
    "signing.no_seal": _(
        "%(owner)s has no seal in this portal yet. Nothing was saved. Tell the administrator; do it again afterwards."
    ),
    "signing.no_key": _("The portal keeps no signature of yours. Sign with your own token."),
    "signing.unreachable": _(
        "The device or service with the signature of %(owner)s does not answer. Nothing was saved. "
        "Try again in a few minutes; if it stays so, tell the administrator."
    ),
    "signing.pin_refused": _(
        "The signature of %(owner)s is locked: the PIN or password the portal has for it is not accepted. "
        "Nothing was saved. Tell the administrator."
    ),
    "signing.key_missing": _(
        "The signature of %(owner)s was not found where it should be. Nothing was saved. Tell the administrator."
    ),
    "signing.service_refused": _(
        "The service with the signature of %(owner)s declined to sign. Nothing was saved. Tell the administrator."
    ),
    "signing.certificate_expired": _(
        "The certificate of %(owner)s is not valid any more. Nothing was saved. Have it renewed, then do it again."
    ),
    "signing.certificate_untrusted": _(
        "The certificate of %(owner)s leads to no authority this portal trusts, so nobody could check the paper. "
        "Nothing was saved. Tell the administrator."
    ),
    "signing.certificate_of_other": _(
        "The certificate set up for %(owner)s is in another name. Nothing was saved. Tell the administrator."
    ),
    "signing.misconfigured": _(
        "The signature of %(owner)s is not set up completely. Nothing was saved. Tell the administrator."
    ),
    "signing.changed_meanwhile": _(
        "The paper changed while it was being signed. Nothing was saved. Look at it once more and do it again."
    ),
    "signing.no_handout": _("No paper was handed out to you for this dossier as it stands now."),
    "signing.handed_out_anew": _(
        "The decision would say something else by now. Fetch the paper again and sign that one."
    ),
    "register.period": _("Choose a period of at most one year that ends after it begins."),
    "note.missing": _("Write the note."),
    "queue.name_missing": _("Write a name for the filter."),
    "queue.too_many_views": _("You have %(most)s filters already. Remove one first."),
    "batch.nothing_chosen": _("Tick at least one dossier of the list, or choose the whole list."),
    "batch.too_many": _("At most %(most)s dossiers can be done at once. Choose fewer."),
    "batch.changed_meanwhile": _("Somebody has changed it since you chose it. Open it and look."),
    "batch.by_itself": _("This step wants an answer of its own. Open the dossier and do it there."),
    "batch.refusal_proposed": _("A refusal is recommended for it. Open it, read the reasons, and decide."),
    "batch.agency_disagrees": _("An agency that was asked does not agree. Open it, read the opinion, and decide."),
    "batch.person_left": _("Your account was closed before it was its turn."),
    "batch.gave_up": _("The portal failed three times with this dossier. Do it by itself; the fault has been noted."),
    "routing.agency_missing": _("Choose the agency that is competent."),
    "routing.already_routed": _("This dossier has an agency already."),
}
