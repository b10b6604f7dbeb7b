#!/usr/bin/env bash
# Resolve pyproject.toml into hashed requirement files that plain pip installs on Python 3.11 and later.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
resolve() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-annotate --no-emit-index-url --no-emit-find-links "${@:2}" pyproject.toml -o "requirements/$1.txt"
}
resolve production --extra token
resolve embedded --extra embedded
resolve development --extra embedded --extra token --extra development
