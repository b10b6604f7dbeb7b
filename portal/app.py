"""The web application: the rooms' blueprints, put together."""

from importlib import import_module
from pathlib import Path

import flask
import jinja2
from flask_wtf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.accounts import entrance, sealing, sign_in_service
from portal.foundation import database, languages, web
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import close_request_session
from portal.letters.keys import keys_of
from portal.outages import board
from portal.payments.gateways import Gateways

PROJECT = Path(__file__).resolve().parent.parent

ROOMS = (
    "portal.accounts.views",
    "portal.catalogue.views",
    "portal.dossiers.views",
    "portal.attachments.views",
    "portal.registering.views",
    "portal.letters.views",
    "portal.dossiers.letter_views",
    "portal.dossiers.slip_views",
    "portal.payments.views",
    "portal.dossiers.payment_views",
    "portal.notices.views",
    "portal.notices.preference_views",
    "portal.outages.views",
    "portal.deliveries.views",
    "portal.desk.views",
    "portal.counter.views",
    "portal.hearing.views",
    "portal.routing.views",
    "portal.operations.views",
    "portal.administration.views",
    "portal.rescheduling.views",
    "portal.authoring.views",
    "portal.transparency.views",
    "portal.proof.views",
    "portal.about.views",
    "portal.personal.views",
)
"""Modules with a tuple `blueprints`; a later room may use the words of an earlier one, not the reverse."""

LARGEST_REQUEST_BYTES = 60 * 1024 * 1024
LARGEST_FORM_BYTES = 2 * 1024 * 1024


def create_app(settings: Settings) -> flask.Flask:
    """Make the application for these settings and connect this process to its database."""
    app = flask.Flask(
        "portal",
        static_folder=str(PROJECT / "portal" / "static"),
        template_folder=str(PROJECT / "templates"),
    )
    app.config.from_mapping(_configuration(settings))
    app.extensions["settings"] = settings
    sealing.use_key(settings.secret_key)
    keys_of(settings.signers_file)  # a file that is not right stops the start, and not the first letter
    app.jinja_options = {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    if not database.is_connected():  # tests bind their own before making the app
        database.connect(settings.database_url, pool_size=settings.web_workers)
    if settings.trusted_proxies:
        _believe_proxies(app, settings.trusted_proxies)
    CSRFProtect(app)
    WTFormsHelpers(app)
    languages.init_app(app, account_language=entrance.account_language, remember=entrance.remember_language)
    web.init_app(app)
    entrance.init_app(app)
    sign_in_service.init_app(app, settings.sign_in_service)
    board.init_app(app)
    for room in ROOMS:
        for blueprint in import_module(room).blueprints:
            app.register_blueprint(blueprint)
    app.teardown_appcontext(lambda _error: close_request_session())
    return app


def _believe_proxies(app: flask.Flask, count: int) -> None:
    """Take caller, scheme and host from the last `count` proxies; what was written before them anybody could forge."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _configuration(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": f"{settings.instance}_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "LANGUAGE_COOKIE": f"{settings.instance}_language",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST_BYTES,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM_BYTES,
        "MAX_FORM_PARTS": 2000,
        "WTF_CSRF_TIME_LIMIT": None,
        "TEMPLATES_AUTO_RELOAD": False,
        # a form that ends at a bank is led there by a redirect, which browsers count as its action
        "CSP_FORM_ACTION": ["'self'", *(gateway.origin for gateway in Gateways.of(settings).online.values())],
    }
