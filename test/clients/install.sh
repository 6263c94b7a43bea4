#!/bin/sh
# Installs the Python clients that the tests send requests with into .cache/python/clients, unless they are there.
# Needs Python 3.10 or newer; takes about a minute and half a gigabyte.
set -eu
cd "$(dirname "$0")/../.."

VENV=.cache/python/clients
PACKAGES='tritonclient[http]==2.73.0 kserve==0.21.0 schemathesis==4.32.5'

if [ "$(cat "$VENV/installed" 2>/dev/null)" = "$PACKAGES" ]; then exit 0; fi
rm -rf "$VENV"
python3 -m venv "$VENV"
# One argument for each package.
# shellcheck disable=SC2086
"$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
# Written last, so that an installation that was cut short is begun again.
echo "$PACKAGES" >"$VENV/installed"
