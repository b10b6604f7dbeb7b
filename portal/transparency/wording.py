"""Words for the codes of the figures and of the open data."""

from flask_babel import LazyString, lazy_gettext

from portal.accounts.wording import BUSINESS_FIELDS
from portal.transparency.models import Rhythm

FIELD_WORDS = BUSINESS_FIELDS

STANDING_WORDS = {
    "within_limit": lazy_gettext("within the limit"),
    "waiting_for_filer": lazy_gettext("waiting for the filer"),
    "overdue": lazy_gettext("overdue"),
}

AGE_WORDS = {
    "0-7": lazy_gettext("up to 7 days"),
    "8-30": lazy_gettext("8 to 30 days"),
    "31-90": lazy_gettext("31 to 90 days"),
    "91+": lazy_gettext("more than 90 days"),
    None: lazy_gettext("age not told: too few to show apart"),
}

REASON_WORDS = {
    "withdrawn": lazy_gettext("withdrawn by the filer"),
    "not_supplied": lazy_gettext("the supplement was not supplied"),
    "unpaid": lazy_gettext("not paid"),
    "closed_administratively": lazy_gettext("closed administratively"),
}

END_WORDS = {
    "granted": lazy_gettext("granted"),
    "refused": lazy_gettext("refused"),
    "not_accepted": lazy_gettext("not accepted at the counter"),
    **REASON_WORDS,
}

LEVEL_WORDS = {
    "3": lazy_gettext("partly online (level 3)"),
    "4": lazy_gettext("fully online (level 4)"),
    "": lazy_gettext("not known"),
}

CHANNEL_WORDS = {
    "online": lazy_gettext("online"),
    "counter": lazy_gettext("at the counter"),
    "post": lazy_gettext("by post"),
    "": lazy_gettext("not known"),
}

OUTCOME_WORDS = {"granted": END_WORDS["granted"], "refused": END_WORDS["refused"]}

RATING_WORDS = {
    "5": lazy_gettext("5 – very good"),
    "4": lazy_gettext("4 – good"),
    "3": lazy_gettext("3 – fair"),
    "2": lazy_gettext("2 – poor"),
    "1": lazy_gettext("1 – very poor"),
}

IN_TIME_WORDS = {"on_time": lazy_gettext("in time"), "late": lazy_gettext("late")}

OWN_WORDS = lazy_gettext("in the officer's own words")

TOPIC_WORDS = {
    "outcome": lazy_gettext("How they were decided"),
    "refusal": lazy_gettext("Why dossiers were refused"),
    "acceptance": lazy_gettext("Accepted within eight working hours"),
    "level": lazy_gettext("By level of the online service"),
    "channel": lazy_gettext("By channel of filing"),
    "payment": lazy_gettext("How fees were paid"),
    "rating": lazy_gettext("How people rate the service"),
    "feedback": lazy_gettext("Feedback answered in time"),
}
"""What is counted apart, in the order of the pages."""

TOPIC_FORMULAS = {
    "outcome": lazy_gettext("settled dossiers of the last 365 days by decision"),
    "refusal": lazy_gettext(
        "refused dossiers of the last 365 days by the reason the office has agreed on; reasons in own words together"
    ),
    "acceptance": lazy_gettext(
        "settled dossiers of the last 365 days that had been accepted within 8 working hours of filing ÷ all of them"
    ),
    "level": lazy_gettext(
        "settled dossiers of the last 365 days by level: 4 is online from end to end, 3 asks for something in person"
    ),
    "channel": lazy_gettext("settled dossiers of the last 365 days that were filed online ÷ all of them"),
    "payment": lazy_gettext("bills settled online ÷ all bills settled in the last 365 days with something to pay"),
    "rating": lazy_gettext("ratings of four and five ÷ all ratings of the last 365 days; each dossier is rated once"),
    "feedback": lazy_gettext(
        "taken on by its first day and answered by its last ÷ answered, or not answered though the day has passed"
    ),
}

COLUMN_WORDS = {
    "kind": lazy_gettext(
        "settled: a decision was issued; stopped: ended without a decision after acceptance; open; earlier: settled in "
        "the year before; counted: one thing alone, of the whole province."
    ),
    "day": lazy_gettext("The day on which the group of five was complete. Empty for open ones."),
    "level": lazy_gettext("Settled dossiers: level 3 or 4 of the online service."),
    "topic": lazy_gettext(
        "Counted lines: commune, channel, level, outcome, refusal, acceptance, rating, feedback or payment."
    ),
    "answer": lazy_gettext(
        "Counted lines: the code of the commune, the channel, the level, granted or refused, the key of the reason, "
        "on_time or late, the score, online or counter."
    ),
    "field": lazy_gettext("Field: investment, land, construction, trade. Empty where it is not told."),
    "procedure": lazy_gettext("National code of the procedure. Empty where it is not told."),
    "agency": lazy_gettext("Key of the agency that decides. Empty where it is not told."),
    "standing": lazy_gettext(
        "Open dossiers: within_limit, waiting_for_filer, or overdue (from the day after the statutory due day)."
    ),
    "age": lazy_gettext("Open dossiers: days since acceptance, in bands. Empty where it is not told."),
    "agency_hours": lazy_gettext("Working hours that were the agency's, from acceptance to issue, rounded up."),
    "applicant_hours": lazy_gettext("Working hours that were the filer's meanwhile, rounded up."),
    "on_time": lazy_gettext("Settled by the end of the statutory due day."),
    "on_time_766": lazy_gettext(
        "By the official formula: by the promised day and with at most one supplement request; if open, still so."
    ),
    "supplement_rounds": lazy_gettext("How many times a supplement was asked for."),
    "stop_reason": lazy_gettext("Why a dossier was stopped: withdrawn, not_supplied, unpaid, closed_administratively."),
    "dossiers": lazy_gettext("How many dossiers (ratings, answers to feedback, bills) the line stands for."),
}


def report_groups() -> tuple[tuple[LazyString, tuple[LazyString, ...]], ...]:
    """The columns of report II.06a, by what they count."""
    return (
        (_RECEIVED, (_TOTAL, lazy_gettext("online"), lazy_gettext("counter and post"), lazy_gettext("carried over"))),
        (_SETTLED, (_TOTAL, lazy_gettext("early"), lazy_gettext("on time"), lazy_gettext("overdue"))),
        (_OPEN, (_TOTAL, lazy_gettext("within the limit"), lazy_gettext("overdue"))),
    )


_TOTAL = lazy_gettext("in all")
_RECEIVED, _SETTLED, _OPEN = lazy_gettext("Received"), lazy_gettext("Settled"), lazy_gettext("In progress")

GROUP_WORDS = {
    "publicity": lazy_gettext("Publicity"),
    "progress": lazy_gettext("Progress and result"),
    "online": lazy_gettext("Online service"),
    "payment": lazy_gettext("Online payment"),
    "digitisation": lazy_gettext("Digitisation"),
    "satisfaction": lazy_gettext("Satisfaction"),
}

INDICATOR_WORDS = {
    "1.1": lazy_gettext("Procedures announced on time"),
    "1.2": lazy_gettext("Procedures posted on time"),
    "1.3": lazy_gettext("Procedures with all their parts"),
    "1.4": lazy_gettext("Dossiers synchronised to the national portal"),
    "2.1": lazy_gettext("Dossiers settled early or on time"),
    "3.1": lazy_gettext("Procedures offered online"),
    "3.2": lazy_gettext("Online services with at least one dossier"),
    "3.3": lazy_gettext("Dossiers filed online with an electronic result"),
    "3.5": lazy_gettext("Procedures with a charge that can be paid online"),
    "3.6": lazy_gettext("Dossiers paid online"),
    "4.1": lazy_gettext("Dossiers with an electronic result"),
    "4.2": lazy_gettext("Digitised dossiers"),
    "4.3": lazy_gettext("Reuse of digitised data"),
    "4.4": lazy_gettext("Digitised and shared"),
    "4.5": lazy_gettext("Population data used"),
    "5.2": lazy_gettext("Feedback handled on time"),
    "5.3": lazy_gettext("Satisfaction with the handling of feedback"),
    "5.4": lazy_gettext("Satisfaction with the settling of procedures"),
}

FORMULA_WORDS = {
    "1.2": lazy_gettext(
        "procedures whose versions were all posted within 5 working days of the decision ÷ procedures with a dated "
        "decision in the last 365 days"
    ),
    "1.3": lazy_gettext(
        "procedures with name, sequence, manner, documents and sets, limit, subjects and agency ÷ procedures in force"
    ),
    "2.1": lazy_gettext(
        "settled, stopped or open, within the promised day and with at most one supplement request ÷ all settled, "
        "stopped or open"
    ),
    "3.1": lazy_gettext(
        "procedures of this portal that can be filed online ÷ procedures in force; full points from 80 percent"
    ),
    "3.2": lazy_gettext("online services with a dossier filed in the last 365 days ÷ online services"),
    "3.6": lazy_gettext(
        "bills settled online ÷ all bills settled in the last 365 days with something to pay; bills, not dossiers"
    ),
    "5.2": lazy_gettext(
        "feedback of the last 365 days taken on by its first day and answered by its last ÷ answered, or not answered "
        "though the day has passed; whether the answer was published in time is not counted"
    ),
    "5.4": lazy_gettext(
        "1 − (late by 2.1 + with feedback, a complaint or a rating of one or two) ÷ settled in the last 365 days; full "
        "points from 90 percent"
    ),
}

CORRECTED_WORDS = {
    "settled": lazy_gettext("Settled dossiers"),
    "stopped": lazy_gettext("Stopped dossiers"),
}

CORRECTION_WORDS = {
    "reopened": lazy_gettext("A decision was taken back and the dossier opened again."),
    "recorded_late": lazy_gettext("An act was recorded late, or a record was corrected."),
}

RHYTHM_WORDS = {
    Rhythm.NEVER: lazy_gettext("not at all"),
    Rhythm.DAILY: lazy_gettext("every day at seven in the morning"),
    Rhythm.WEEKLY: lazy_gettext("every Monday at seven in the morning"),
}

RISK_WORDS = {
    "overdue": lazy_gettext("Past the statutory day"),
    "week": lazy_gettext("Due within seven days"),
    "waiting": lazy_gettext("Due within seven days, but waiting for the filer"),
}
