"""What a web server runs: `gunicorn wsgi:app`."""

from config import settings
from portal.app import create_app

app = create_app(settings())
