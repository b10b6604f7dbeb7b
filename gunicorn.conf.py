"""How gunicorn serves the portal; it reads this file by itself when started in this folder.

Threads, because a browser opens connections it does not use yet and each would block a whole sync worker.
The application is not preloaded: every worker makes its own database engine after the fork.
"""

import gc
import os
import sys
from typing import Any

from config import SettingsError, settings
from portal.letters.keys import keys_of

try:
    workers = settings().web_workers
    keys_of(settings().signers_file)
except SettingsError as error:
    sys.exit(str(error))

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{settings().port}"
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 20_000  # a worker that grows is replaced long before it matters
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats, not data
accesslog = None  # the application logs its requests, without personal data
control_socket_disable = True
forwarded_allow_ips = ""  # whom to believe about the caller is the application's to say (TRUSTED_PROXIES)


def post_worker_init(_worker: Any) -> None:
    """What is there now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
