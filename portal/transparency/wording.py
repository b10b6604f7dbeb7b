"""Words for the codes of the figures and of the open data."""

from flask_babel import lazy_gettext

FIELD_WORDS = {
    "investment": lazy_gettext("Investment"),
    "land": lazy_gettext("Land"),
    "construction": lazy_gettext("Construction"),
    "trade": lazy_gettext("Import, export and trade"),
}

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

COLUMN_WORDS = {
    "kind": lazy_gettext("settled: a decision was issued; stopped: ended without a decision after acceptance; open."),
    "day": lazy_gettext(
        "For settled and stopped dossiers: the day on which their group of five was complete. Empty for open ones."
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
    "dossiers": lazy_gettext("How many dossiers the line stands for."),
}
