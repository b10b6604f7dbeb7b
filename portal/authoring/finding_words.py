"""What the lint finds, said to somebody who fills in forms: what is wrong and what to do, in one or two sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from portal.catalogue.findings import Finding

SHAPES: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "missing": _("Still to be filled in."),
        "too_short": _("Still to be filled in."),
        "string_too_short": _("Still to be filled in."),
        "string_pattern_mismatch": _("This is no valid code. Use small letters without accents, digits and _."),
        "int_parsing": _("Write a whole number."),
        "int_type": _("Write a whole number."),
        "int_from_float": _("Write a whole number."),
        "decimal_parsing": _("Write a number, for example 0,5."),
        "decimal_type": _("Write a number, for example 0,5."),
        "decimal_max_digits": _("This number has too many digits."),
        "decimal_max_places": _("This number has too many digits after the comma."),
        "finite_number": _("Write a number, for example 0,5."),
        "date_from_datetime_parsing": _("Write the day as day/month/year, for example 24/11/2026."),
        "date_parsing": _("Write the day as day/month/year, for example 24/11/2026."),
        "date_type": _("Write the day as day/month/year, for example 24/11/2026."),
        "greater_than_equal": _("This number is too small."),
        "less_than_equal": _("This number is too large."),
        "zero_of_unit": _("A time of 0 means the same working day: choose working days, or write a number."),
        "literal_error": _("Choose one of the list."),
        "enum": _("Choose one of the list."),
        "union_tag_invalid": _("Choose one of the list."),
        "union_tag_not_found": _("Still to be filled in."),
        "too_long": _("There are too many of these."),
        "extra_forbidden": _("There is no such setting here. Take the line out, or look whether its name is misspelt."),
        "model_type": _("Settings of its own are expected here, not a single value."),
        "dict_type": _("Settings of its own are expected here, not a single value."),
        "tuple_type": _("A list is expected here."),
        "string_type": _("Words in quotation marks are expected here."),
    }
)
"""By the kind of mistake the model of the definition names."""

SENTENCES: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "wrong_shape": _("This cannot stay as it is written."),
        "too_many": _("There are more than %(limit)d of these. Keep what the procedure really has."),
        "control_letter": _("There is an invisible character in this text. Delete the text and type it again."),
        "status_of_text": _("Only the Vietnamese text is authoritative; the others are drafts or read over."),
        "question_unlike_code": _("The question and what it asks have different codes."),
        "duplicate_code": _("The code %(code)s is used twice. Give each its own."),
        "missing_translation": _("Words are missing in: %(languages)s. A draft translation is enough."),
        "unknown_field": _("The question “%(field)s” does not exist (any more). Choose another one."),
        "unknown_part": _("The question “%(field)s” has no part “%(part)s”."),
        "wrong_type": _("The question “%(field)s” cannot be compared in this way."),
        "unknown_option": _("The question “%(field)s” has no answer “%(value)s” (any more)."),
        "never_true": _("This condition can never hold. Remove it, or put right what contradicts itself."),
        "own_visibility": _("Whether “%(field)s” is asked depends on its own answer. Let it depend on an earlier one."),
        "unknown_case": _("There is no case “%(case)s” (any more)."),
        "empty": _("There are no steps yet. Describe the way of the dossier."),
        "too_many_nodes": _("There are too many steps to be worked."),
        "key_twice": _("The step “%(step)s” is there twice. Give each step its own code."),
        "unknown_node": _("The step “%(step)s” names a step that does not exist (any more)."),
        "cycle": _("The step “%(step)s” waits for itself. Untick one of the steps it comes after."),
        "unreachable": _("No dossier can come to the step “%(step)s”. Let it follow a step that can be reached."),
        "stop_has_role": _("At a stop for payment the filer acts: leave the role empty."),
        "role_unknown": _("Nobody does the step “%(step)s” yet. Choose who."),
        "role_holds_no_step": _("Administrators and auditors do no steps (“%(step)s”). Choose another role."),
        "negative_limit": _("The time of “%(step)s” is below zero."),
        "missing_join": _("The way ends at “%(step)s” while it goes on elsewhere. Let a later step follow both."),
        "returns_forward": _("The step “%(step)s” can send back only to a step before it."),
        "needs_out_of_range": _("The step “%(step)s” needs more branches than it follows."),
        "silence_without_opinion": _("The step “%(step)s” asks for no opinion, so nobody’s silence counts."),
        "beside_open_work": _(
            "Work may still be open beside “%(step)s”. Let it follow everything that runs side by side."
        ),
        "no_sign": _("Nobody signs yet. Add a step in which the leader signs."),
        "no_number": _("Nobody numbers the result yet. Add a step in which the clerk gives the number."),
        "no_issue": _("Nobody issues the result yet. Add a step in which the clerk issues it."),
        "no_intake": _("Nobody takes the dossier in yet. Add a step of intake."),
        "act_may_be_left_out": _("Under its condition “%(step)s” may be left out, and then nobody would do it."),
        "out_of_order": _("“%(step)s” has to follow directly: sign, number, issue, deliver."),
        "work_after_issue": _("Work remains after “%(step)s”. After the issue only delivering may follow."),
        "wrong_role": _(
            "This act belongs to another role: the leader signs, the clerk numbers and issues, the one-stop "
            "office takes in and delivers."
        ),
        "role_nobody_holds": _("Nobody at the chosen office holds this role. Choose another office or role."),
        "unknown_agency": _("The register knows no office “%(agency)s”. Choose one of the list."),
        "opinion_without_silence": _("Say what it means if the consulted office does not answer in time."),
        "longer_than_limit": _(
            "In the case “%(case)s” the longest way takes %(days)s working days: the limit is too short for "
            "it on %(late)d of %(starts)d start days."
        ),
        "same_day_without_cutoff": _(
            "What is accepted in the last minute would be due the same minute. Name the latest hour that counts for "
            "the same day, usually 15:00."
        ),
        "cutoff_on_long_limit": _(
            "The latest hour of the day makes sense only for limits of at most eight working hours or one working day."
        ),
        "cutoff_outside_hours": _("At %(cutoff)s no office is open. Name an hour within the opening hours."),
        "no_limit_for_case": _("No time limit applies to the case “%(case)s”. Add one without a condition."),
        "no_agency_for_case": _(
            "In some dossiers nobody would decide. End the list with an office without a condition."
        ),
        "level_does_not_follow": _("The announced level does not fit the documents, steps and results described here."),
        "fee_base": _("“%(field)s” is no number and no sum in đồng, so no fee can be worked out from it."),
        "fee_gap": _(
            "The rates leave a gap or overlap at %(value)s. Let them rise, the last one without an upper end."
        ),
        "unknown_fee": _("There is no fee “%(fee)s” (any more)."),
        "expired_basis": _("%(act)s ceased to apply on %(day)s. Name the act that replaced it."),
        "basis_not_yet": _("%(act)s applies only from %(day)s. Let the procedure apply from that day or later."),
        "unknown_placeholder": _("The letter does not know {%(name)s}. Use one of the names listed beside it."),
        "unclosed_placeholder": _("A brace { or } is missing its other half."),
        "not_an_address": _("The place has to be a question for an address in this province."),
        "bounds": _("The smallest value is greater than the largest."),
        "unsourced": _("It is not said where this was read."),
        "code_unlike_file": _("The file has another name than the procedure’s code."),
        "not_toml": _(
            "The text cannot be read here. A quotation mark, a bracket or an equals sign is missing, or a setting "
            "stands there twice."
        ),
        "too_deep": _("The conditions are nested too deeply. Write them in a flatter way."),
        "and_more": _("There are %(count)s more mistakes. Put those above right first."),
        "too_big": _("The file is too large."),
        "unreadable": _("The file cannot be read: %(why)s"),
    }
)
"""By the code of the finding."""

PROCEDURE_CODE: Final = _("Write the national code, as 1.004191, or a local one, as LS-ABC.")


def sentence(finding: Finding) -> str:
    """Say what is wrong, in the reader's language."""
    if finding.code == "wrong_shape":
        kind = str(finding.detail.get("type", ""))
        if kind == "string_pattern_mismatch" and finding.path == ("code",):
            return str(PROCEDURE_CODE)
        return str(SHAPES.get(kind, SENTENCES["wrong_shape"]))
    said = SENTENCES.get(finding.code)
    return finding.message if said is None else str(said) % dict(finding.detail)
