#!/bin/sh
# Installs what the tests of `init` export models with into .cache/python/init, unless it is there: scikit-learn and
# others, their exporters, and ONNX Runtime of the version that serves here. Also makes the locale that an export of
# text needs. Needs Python 3.11 or newer, and localedef with its data (Debian: locales); takes about a minute and a
# gigabyte.
set -eu
cd "$(dirname "$0")/../.."

VENV=.cache/python/init
PACKAGES='onnxruntime==1.30.0 onnx==1.19.1 protobuf==5.29.6 scikit-learn==1.9.1 skl2onnx==1.20.0 onnxmltools==1.16.0
lightgbm==4.7.0 xgboost-cpu==3.2.0 pandas==3.1.1'

if [ "$(cat "$VENV/installed" 2>/dev/null)" = "$PACKAGES" ]; then exit 0; fi
rm -rf "$VENV"
python3 -m venv "$VENV"
# One argument for each package.
# shellcheck disable=SC2086
"$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
mkdir "$VENV/locale"
localedef -i en_US -f UTF-8 "$VENV/locale/en_US.UTF-8"
# Written last, so that an installation that was cut short is begun again.
echo "$PACKAGES" >"$VENV/installed"
