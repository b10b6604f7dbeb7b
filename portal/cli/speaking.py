"""In which language a command answers, and says what was wrong with the way it was called.

Commands whose answer is read by people outside take `--language`. Without it the machine's locale decides, if it is one
of the three languages; else it is Vietnamese. All other commands are an administrator's tools and speak English.
"""

import os
from collections.abc import Mapping, Sequence

import click

from portal.clock.words import LANGUAGES


def of_locale(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the machine's locale (LC_ALL, LC_MESSAGES, LANG), else Vietnamese."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    language = named.lower().replace("-", "_").partition("_")[0].partition(".")[0]
    return language if language in LANGUAGES else "vi"


def asked_for(arguments: Sequence[str]) -> str:
    """The language of a call that could not be read to its end: what `--language` says there, else the locale's."""
    for place, argument in enumerate(arguments):
        name, is_set, value = argument.partition("=")
        if name == "--language":
            value = value if is_set else next(iter(arguments[place + 1 :]), "")
            if value in LANGUAGES:
                return value
    return of_locale()


language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=of_locale,
    is_eager=True,
    help="Of the answer and of what is said about mistakes. Default: the locale's language, else vi.",
)


def language_of(ctx: click.Context | None) -> str:
    """The language of the command being read; `language_option` is read before all others."""
    return str(ctx.params.get("language") or of_locale()) if ctx else of_locale()


def usage_mistake(wrong: click.UsageError, language: str) -> str:
    """What is wrong with a call, in one line. What the options themselves refuse is in the language already."""
    if language == "en":
        return wrong.format_message()
    if isinstance(wrong, click.NoSuchOption):
        said = {"vi": "không có tuỳ chọn {}", "zh": "没有选项{}"}[language]
        return said.format(wrong.option_name)
    if isinstance(wrong, click.MissingParameter):
        return {"vi": "thiếu {}", "zh": "缺少{}"}[language].format(_option(wrong))
    if isinstance(wrong, click.BadParameter):
        if wrong.param is not None and isinstance(wrong.param.type, click.Choice):
            offered = ", ".join(map(str, wrong.param.type.choices))
            said = {"vi": "{}: hãy chọn một trong {}", "zh": "{}：请选择{}之一"}[language]
            return said.format(_option(wrong), offered)
        return f"{_option(wrong)}: {wrong.message}"
    if isinstance(wrong, click.BadOptionUsage):
        return {"vi": "{} cần một giá trị", "zh": "{}需要一个值"}[language].format(wrong.option_name)
    too_many = wrong.message.partition("(")[2].removesuffix(")") or wrong.message
    return {"vi": "có phần thừa trong lệnh: {}", "zh": "命令中有多余内容：{}"}[language].format(too_many)


def _option(wrong: click.BadParameter) -> str:
    return wrong.param.opts[0] if wrong.param is not None else str(wrong.param_hint or "")
