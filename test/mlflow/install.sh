#!/bin/sh
# Installs the MLflow that the tests log to into .cache/python/mlflow, unless it is there, with what it needs to run
# ONNX models. Needs Python 3.11 or newer; takes about a minute and a gigabyte.
set -eu
cd "$(dirname "$0")/../.."

VENV=.cache/python/mlflow
PACKAGES='mlflow==3.17.2 onnx==1.23.2 onnxruntime==1.32.0'

if [ "$(cat "$VENV/installed" 2>/dev/null)" = "$PACKAGES" ]; then exit 0; fi
rm -rf "$VENV"
python3 -m venv "$VENV"
# One argument for each package.
# shellcheck disable=SC2086
"$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
# Written last, so that an installation that was cut short is begun again.
echo "$PACKAGES" >"$VENV/installed"
