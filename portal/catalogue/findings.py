"""What is wrong with a procedure file: place, code, sentence, remedy.

The sentences are those of the command line and stay English, as a compiler's do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from portal.catalogue.locating import KeyPath


def counted(number: object, noun: str) -> str:
    """A number with its English noun, which takes an s for everything but one: "1 error", "0.5 working days"."""
    return f"{number} {noun}" if str(number) == "1" else f"{number} {noun}s"


class Severity(StrEnum):
    """An error keeps a file from being published; a warning is shown and stays."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One complaint about a definition, at `path` (`("steps", 3, "after")`) and, where known, `file` and `line`."""

    code: str
    path: KeyPath
    severity: Severity = Severity.ERROR
    detail: Mapping[str, str | int] = field(default_factory=dict)
    file: str = ""
    line: int | None = None

    @property
    def message(self) -> str:
        """The sentence in English, filled in."""
        return FINDINGS[self.code][0] % self.detail

    @property
    def remedy(self) -> str:
        """What to do about it, in English."""
        return FINDINGS[self.code][1]

    @property
    def where(self) -> str:
        """The path in words: `steps[3].after`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        return f"{place}: {self.severity} {self.code} at {self.where or 'file'}: {self.message}. {self.remedy}"


FINDINGS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "unreadable": ("The file cannot be read: %(why)s", "Name a file that is there, saved as UTF-8 text."),
        "not_toml": ("The file is no valid TOML: %(why)s", "Put the syntax right at this place."),
        "too_deep": (
            "The file is nested deeper than %(limit)d levels",
            "Write the condition in a flatter way.",
        ),
        "too_big": ("The file is larger than %(limit)d bytes", "Split it, or remove what is not needed."),
        "and_more": (
            "There are %(count)d more mistakes of shape",
            "Put those above right first; they may be the same.",
        ),
        "too_many": ("There are more than %(limit)d of these", "Keep what the procedure really has."),
        "control_letter": ("There is a control character in this text", "Delete it and type the words again."),
        "status_of_text": (
            "Only the Vietnamese text is authoritative, and it always is",
            "Mark English and Chinese as draft or reviewed.",
        ),
        "question_unlike_code": (
            "The question is called %(code)s, what it asks %(asked)s",
            "Give both the same code.",
        ),
        "wrong_shape": ("%(why)s", "See how the files under procedures/ write this part, or use the editor."),
        "code_unlike_file": (
            "The file name says %(file)s, the code is %(code)s",
            "Give the file the name of its code.",
        ),
        "duplicate_code": (
            "The code %(code)s is used twice",
            "Give each thing of the procedure its own code.",
        ),
        "duplicate_procedure": (
            "The procedure %(code)s is also described in %(other)s",
            "Keep one file per procedure.",
        ),
        "missing_translation": (
            "There are no words in: %(languages)s",
            "Write the sentence in every language; a draft is enough.",
        ),
        "unknown_field": (
            "No question is called %(field)s",
            "Name a question of the form, one of the eligibility questions, or `case`.",
        ),
        "unknown_part": (
            "The question %(field)s has no part %(part)s",
            "An address has province, commune and street; money has amount and currency.",
        ),
        "wrong_type": (
            "%(field)s is of type %(type)s and cannot be compared in this way",
            "Compare numbers, money and days with gt and lt; choices and words with eq and in.",
        ),
        "unknown_option": (
            "%(field)s has no answer %(value)s",
            "Use the code of one of its options.",
        ),
        "never_true": (
            "This condition can never hold",
            "Remove it, or put right what contradicts itself.",
        ),
        "own_visibility": (
            "Whether %(field)s is asked depends on its own answer",
            "Let it depend on an earlier question.",
        ),
        "unknown_case": ("There is no case %(case)s", "Use the code of one of the cases."),
        "empty": ("There are no steps", "Describe the way of the dossier."),
        "too_many_nodes": ("There are too many steps to be worked", "Leave out what no office does."),
        "key_twice": ("The step %(step)s is described twice", "Give each step its own code."),
        "unknown_node": (
            "The step %(step)s follows or returns to one that does not exist",
            "Name steps of this procedure.",
        ),
        "cycle": (
            "The step %(step)s waits for itself",
            "Take one `after` out of the circle; sending back is written as returns_to.",
        ),
        "unreachable": (
            "No dossier can come to the step %(step)s",
            "Let it follow a step that can be reached, under a condition that can hold.",
        ),
        "stop_has_role": ("At a stop for payment the filer acts", "Leave out the role."),
        "role_unknown": ("The step %(step)s has no role", "Name the role that holds it."),
        "role_holds_no_step": (
            "An administrator or auditor holds no steps (%(step)s)",
            "Give the step to a role that handles dossiers.",
        ),
        "negative_limit": ("The limit of %(step)s is below zero", "Write the working time it may take."),
        "missing_join": (
            "The way ends at %(step)s while it goes on elsewhere",
            "Let a later step follow both, as their join.",
        ),
        "returns_forward": (
            "The step %(step)s returns to one that does not come before it",
            "A dossier can be sent back only to a step it has passed.",
        ),
        "needs_out_of_range": (
            "The step %(step)s needs more branches than it follows",
            "Let `needs` be at most the number of steps in `after`.",
        ),
        "silence_without_opinion": (
            "The step %(step)s is no opinion, so nobody's silence counts",
            "Remove `silence`, or make the step an opinion.",
        ),
        "beside_open_work": (
            "Work may still be open beside %(step)s",
            "Let the decision follow everything that runs side by side.",
        ),
        "no_sign": ("Nobody signs", "Add a step with the act sign, held by the leader."),
        "no_number": ("Nobody numbers", "Add a step with the act number, held by the clerk."),
        "no_issue": ("Nobody issues", "Add a step with the act issue, held by the clerk."),
        "no_intake": ("Nobody takes the dossier in", "Add a step with the act intake."),
        "act_may_be_left_out": (
            "Under its condition %(step)s may be left out, and nobody would do it",
            "Remove the condition, or add the step for the other dossiers.",
        ),
        "out_of_order": (
            "%(step)s does not come directly after the act before it",
            "Keep the order: sign, number, issue, deliver.",
        ),
        "work_after_issue": ("Work remains after %(step)s", "After the issue only delivering may follow."),
        "wrong_role": (
            "The act %(act)s belongs to %(expected)s, not to %(role)s",
            "The leader signs, the clerk numbers and issues, the one-stop office takes in and delivers.",
        ),
        "role_nobody_holds": (
            "Nobody at %(agency)s is %(role)s",
            "Appoint somebody, or give the step to another role.",
        ),
        "unknown_agency": ("No agency is called %(agency)s", "Use a key of the register of agencies."),
        "opinion_without_silence": (
            "It is not said what the silence of the consulted agency means",
            "Set silence to counts_as_agreement or escalate.",
        ),
        "longer_than_limit": (
            (
                "In case %(case)s the longest way takes %(way)s; the limit of %(limit)s is too short"
                " for it on %(late)d of %(starts)d start days"
            ),
            "Shorten steps on the longest way, or correct the limit.",
        ),
        "same_day_without_cutoff": (
            "A limit of the same day without a latest hour: what is accepted at closing is due at closing",
            "Set same_day_cutoff, usually 15:00.",
        ),
        "cutoff_on_long_limit": (
            "A limit of %(limit)s does not end on the day it begins, so %(cutoff)s decides nothing",
            "Leave the hour out, or give a limit of at most eight working hours or one working day.",
        ),
        "cutoff_outside_hours": (
            "At %(cutoff)s no office is open on an ordinary day",
            "Name an hour within the opening hours, after the first opening and before closing.",
        ),
        "no_limit_for_case": ("No limit applies to case %(case)s", "Add a limit without a condition."),
        "no_agency_for_case": (
            "In some dossiers nobody would be competent",
            "End the list with an agency that is competent without a condition.",
        ),
        "level_does_not_follow": (
            "The published level is %(published)s, the procedure as described is %(derived)s: %(reasons)s",
            "Correct the level, or the document, step or result that demands presence.",
        ),
        "fee_base": (
            "The fee depends on %(field)s, which is no number and no sum in đồng",
            "Name a question of type number, or of type money in đồng only.",
        ),
        "fee_gap": (
            "The brackets leave a gap or overlap at %(value)s",
            "Let up_to rise from bracket to bracket, and leave it out of the last.",
        ),
        "unknown_fee": ("There is no fee %(fee)s", "Name a fee of this procedure."),
        "expired_basis": (
            "%(act)s ceased to apply on %(day)s",
            "Name the act that replaced it, and compare limits and documents.",
        ),
        "basis_not_yet": (
            "%(act)s applies only from %(day)s",
            "Let the version take effect on that day, or later.",
        ),
        "unknown_placeholder": (
            "The letter does not know {%(name)s}",
            "Use a placeholder of the list, or {answers.…} with a question of the form.",
        ),
        "unclosed_placeholder": ("A brace is not closed or not opened", "Write placeholders as {name}."),
        "not_an_address": (
            "%(field)s is no address of this province",
            "Name a question of type address with inside_province.",
        ),
        "bounds": ("The smallest value is greater than the largest", "Swap min and max."),
        "unsourced": ("This figure names no source", "Say where it was read."),
    }
)
