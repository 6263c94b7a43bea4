#!/usr/bin/env bash
# Installs what checks deploy/ into .cache/deploy-tools, unless it is there: from Debian, PyPI and the Go proxy.
set -euo pipefail
cd "$(dirname "$0")/.."

TOOLS=$PWD/.cache/deploy-tools
ACTIONLINT=1.7.12
KUBECONFORM=0.7.0
KNATIVE=0.49.0
KUSTOMIZE=5.7.1
PYTHON_PACKAGES=(google-cloud-monitoring-dashboards==3.2.0 kubernetes-validate==1.37.0)

main() {
  mkdir -p "$TOOLS/bin"
  once "prometheus" install_prometheus
  once "python ${PYTHON_PACKAGES[*]}" install_python
  once "actionlint $ACTIONLINT" install_go "github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT"
  once "kubeconform $KUBECONFORM" install_go "github.com/yannh/kubeconform/cmd/kubeconform@v$KUBECONFORM"
  once "kustomize $KUSTOMIZE" install_go "sigs.k8s.io/kustomize/kustomize/v5@v$KUSTOMIZE"
  once "knative-schema $KNATIVE" install_knative_schema
  once "check-compose $(cat .ci/compose/* | sha256sum)" build_go .ci/compose "$TOOLS/bin/check-compose"
  once "check-dashboard $(cat .ci/dashboard/* | sha256sum)" build_go .ci/dashboard "$TOOLS/bin/check-dashboard"
  once "terraform-provider $(cat .ci/terraform/provider/* | sha256sum)" \
    build_go .ci/terraform/provider "$TOOLS/terraform-provider/terraform-provider-google"
}

# once "NAME VERSION" COMMAND...: runs the command unless it succeeded before for that version.
once() {
  local stamp=$TOOLS/${1%% *}.installed
  if [ "$(cat "$stamp" 2>/dev/null)" = "$1" ]; then return; fi
  "${@:2}"
  echo "$1" >"$stamp"
}

# Unpacked and not installed: the package would start a service.
install_prometheus() {
  rm -rf "$TOOLS/prometheus"
  mkdir -p "$TOOLS/prometheus"
  (
    cd "$TOOLS/prometheus"
    download prometheus || { apt-get update -qq && download prometheus; }
    dpkg-deb -x prometheus_*.deb .
    rm prometheus_*.deb
  )
  ln -sf ../prometheus/usr/bin/prometheus ../prometheus/usr/bin/promtool "$TOOLS/bin"
}

download() {
  apt-get -qq -o APT::Sandbox::User=root download "$1"
}

install_python() {
  rm -rf "$TOOLS/python"
  python3 -m venv "$TOOLS/python"
  "$TOOLS/python/bin/pip" install --quiet --disable-pip-version-check "${PYTHON_PACKAGES[@]}"
}

install_go() {
  GOBIN=$TOOLS/bin go install "$1"
}

# Knative's module carries the definitions of its resources.
install_knative_schema() {
  local module
  # Outside of a module of our own, so that nothing of it is asked for.
  module=$(cd / && go mod download -json "knative.dev/serving@v$KNATIVE" | node -p 'JSON.parse(fs.readFileSync(0)).Dir')
  mkdir -p "$TOOLS/schemas"
  "$TOOLS/python/bin/python" .ci/knative-schema.py "$module/config/core/300-resources/service.yaml" \
    >"$TOOLS/schemas/service-serving-v1.json"
}

# build_go FOLDER PROGRAM
build_go() {
  (cd "$1" && go build -o "$2" .)
}

main
