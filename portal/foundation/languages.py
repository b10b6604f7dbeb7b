"""Which language a page speaks, and the catalogues it speaks from.

Public pages carry the language in their path (`/vi/…`); everything else takes the reader's last choice, then
the account's language, then the browser's, then Vietnamese. English is the language of the msgids and has no
catalogue; each room has one per other language, `portal/translations/<language>/LC_MESSAGES/<room>.po`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import urlsplit

import flask
import jinja2
from flask_babel import Babel, force_locale, get_locale, get_translations
from markupsafe import Markup
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from portal.foundation import catalogues, formats
from portal.foundation.formats import Language
from portal.foundation.guards import public

LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "vi"
NAMES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English", "zh": "中文"}
TAGS: dict[Language, str] = {"vi": "vi", "en": "en", "zh": "zh-Hans"}
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
REMEMBERED_SECONDS = 365 * 24 * 3600

_FILTERS: dict[str, Callable[..., str]] = {
    "day": formats.day,
    "weekday": formats.weekday,
    "instant": formats.instant,
    "short_instant": formats.short_instant,
    "number": formats.number,
    "money": formats.money,
    "percent": formats.percent,
    "size": formats.size,
}


class LanguageConverter(BaseConverter):
    """`<language:language>` in a rule: one of the three languages, anything else is no such page."""

    regex = "|".join(LANGUAGES)


def init_app(
    app: flask.Flask,
    *,
    account_language: Callable[[], str | None] = lambda: None,
    remember: Callable[[Language], None] = lambda _: None,
) -> None:
    """Give `app` its languages. Call before blueprints are registered, so that they may use the converter.

    `account_language` says what the signed-in person's account prefers; `remember` is told a new choice.
    """
    app.config.setdefault("LANGUAGE_COOKIE", "language")
    app.extensions["account_language"] = account_language
    app.extensions["remember_language"] = remember
    app.extensions["endpoints_with_language"] = {}
    app.extensions["texts"] = {}
    app.url_map.converters["language"] = LanguageConverter
    domains = catalogues.domains(TRANSLATIONS)
    catalogues.compile_stale(TRANSLATIONS)
    app.config["BABEL_DOMAIN"] = ";".join(domains)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join([str(TRANSLATIONS)] * len(domains))
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone=str(formats.OFFICE),
        locale_selector=current,
    )
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_keep_language)
    app.after_request(_follow_the_reader)
    app.context_processor(_words_for_templates)
    app.jinja_env.filters.update({name: _in_current(write) for name, write in _FILTERS.items()})
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _said
    app.jinja_env.filters["clock_time"] = formats.clock_time
    app.jinja_env.filters["discreet"] = formats.discreet
    app.register_blueprint(_blueprint())


def current() -> Language:
    """The language of the page being made; Vietnamese outside a request unless forced by Flask-Babel."""
    if not flask.has_request_context():
        return DEFAULT
    chosen = flask.g.get("language") or flask.request.path[1:].partition("/")[0]  # a wrong path still speaks
    if chosen in LANGUAGES:
        return cast("Language", chosen)
    if flask.request.method != "GET":
        return preferred()
    kept: Language | None = flask.g.get("preferred_language")  # reading a page changes nobody's language
    if kept is None and not flask.g.get("bare_page"):
        kept = flask.g.preferred_language = preferred()
    return kept or preferred()


def preferred() -> Language:
    """What the reader would want on a page whose path names no language."""
    request, app = flask.request, flask.current_app
    chosen = request.cookies.get(app.config["LANGUAGE_COOKIE"])
    if chosen not in LANGUAGES and not flask.g.get("bare_page"):  # a bare page must not ask the database
        chosen = app.extensions["account_language"]()
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES)
    return chosen if chosen in LANGUAGES else DEFAULT


def in_language(language: Language) -> str | None:
    """The address of this very page in another language; None where the path carries none."""
    if not flask.request.endpoint or not flask.g.get("language"):
        return None
    values = {**(flask.request.view_args or {}), "language": language}
    url = flask.url_for(flask.request.endpoint, **values)
    query = flask.request.query_string.decode("utf-8", "replace")
    return f"{url}?{query}" if query else url


def safe_path(target: str | None) -> str:
    """`target` if it is a path of this site, else the front door: a redirect must not lead away."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.isprintable():
        return "/"
    return target


def _blueprint() -> flask.Blueprint:
    blueprint = flask.Blueprint("languages", __name__)
    blueprint.add_url_rule("/", "front_door", front_door)
    blueprint.add_url_rule("/language", "choose", choose, methods=["POST"])
    return blueprint


@public
def front_door() -> Response:
    """`/` leads to the front page in the reader's language."""
    answer = flask.redirect(f"/{preferred()}/")
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@public
def choose() -> Response:
    """Remember the chosen language and go back to the page it was chosen on."""
    wish = flask.request.form.get("language", "")
    if wish not in LANGUAGES:
        flask.abort(400)
    language: Language = wish
    target = safe_path(flask.request.form.get("next"))
    for other in LANGUAGES:
        if target == f"/{other}" or target.startswith(f"/{other}/"):
            target = f"/{language}{target[len(other) + 1 :]}"
    flask.current_app.extensions["remember_language"](language)
    answer = flask.redirect(target, 303)
    _set_cookie(answer, language)
    return answer


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Views of public pages need no `language` argument: it is taken from the path here."""
    if values and "language" in values and _names_language(endpoint):
        flask.g.language = values.pop("language")


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Links from a page to a public page stay in the page's language."""
    if "language" not in values and _names_language(endpoint):
        values["language"] = current()


def _names_language(endpoint: str | None) -> bool:
    app = flask.current_app
    known: dict[str | None, bool] = app.extensions["endpoints_with_language"]  # asked for every link of every page
    found = known.get(endpoint)
    if found is None:
        found = endpoint in app.view_functions and app.url_map.is_endpoint_expecting(str(endpoint), "language")
        if endpoint in app.view_functions:
            known[endpoint] = found
    return found


def _follow_the_reader(answer: Response) -> Response:
    """Somebody reading `/zh/` and then signing in meets Chinese there too."""
    chosen = flask.g.get("language")
    if (
        chosen in LANGUAGES
        and flask.request.method == "GET"
        and answer.status_code < HTTPStatus.BAD_REQUEST
        and chosen != preferred()
    ):
        _set_cookie(answer, chosen)
    return answer


def _set_cookie(answer: Response, language: Language) -> None:
    config = flask.current_app.config
    answer.set_cookie(
        config["LANGUAGE_COOKIE"],
        language,
        max_age=REMEMBERED_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=bool(config.get("SESSION_COOKIE_SECURE")),
    )


def _words_for_templates() -> dict[str, Any]:
    return {
        "language": current(),
        "language_tag": TAGS[current()],
        "languages": NAMES,
        "language_tags": TAGS,
        "in_language": in_language,
    }


def _in_current(write: Callable[..., str]) -> Callable[..., str]:
    # Without the context Jinja would compute constant values once, in the language of the first reader.
    @jinja2.pass_context
    def filtered(_context: jinja2.runtime.Context, value: Any, *arguments: Any, **options: Any) -> str:
        return write(value, spoken(), *arguments, **options)

    return filtered


@jinja2.pass_context
def _said(context: jinja2.runtime.Context, message: str, /, **values: Any) -> str:
    """`gettext` of templates: as Jinja's own, by a shorter way. A page asks some hundred times."""
    text = _texts().gettext(message)
    written = Markup(text) if context.eval_ctx.autoescape else text  # noqa: S704 - our own texts
    return written % values if values or "%" in text else written


def _texts() -> Any:
    if not flask.has_app_context():
        return get_translations()
    kept = flask.current_app.extensions["texts"]
    language = spoken()
    found = kept.get(language)
    if found is None:
        found = kept[language] = get_translations()
    return found


def spoken() -> Language:
    """The language texts are being written in: the page's, or the one forced for a letter or notice."""
    if not flask.has_app_context():
        return current()
    kept: Language | None = flask.g.get("spoken_language")
    if kept is None:
        locale = get_locale()
        kept = cast("Language", locale.language) if locale and locale.language in LANGUAGES else current()
        flask.g.spoken_language = kept
    return kept


def in_words(names: Mapping[str, str] | None) -> str:
    """A name kept in three languages, in the reader's; Vietnamese where there is no other."""
    return (names.get(spoken()) or names.get("vi") or "") if names else ""


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within this block texts are in `language`: a letter speaks its reader's language, not the officer's."""
    if not flask.has_app_context():
        yield
        return
    before = flask.g.get("spoken_language")
    with force_locale(language):
        flask.g.spoken_language = language
        try:
            yield
        finally:
            flask.g.spoken_language = before
