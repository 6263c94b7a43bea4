#!/usr/bin/env bash
# Checks everything in deploy/ that is not a script, and the workflows, each with its own tool.
# .ci/install-tools.sh installs them, except for terraform, which no package registry has.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH=$PWD/.cache/deploy-tools/bin:$PATH

main() {
  .ci/check-terraform.sh
  .ci/check-monitoring.sh
  check_kubernetes
  check-compose deploy/compose.yaml
  actionlint .github/workflows/*.yaml
  check_pins
}

# An action is code that runs with our rights: a tag can be moved under it, a commit cannot. What is in this repository
# (`./`) is of the same commit.
check_pins() {
  local unpinned
  unpinned=$(grep -nE 'uses:' .github/workflows/*.yaml | grep -vE 'uses: ([^@]+@[0-9a-f]{40} # v|\./)' || true)
  if [ -z "$unpinned" ]; then return; fi
  echo "not pinned by commit: $unpinned" >&2
  exit 1
}

# What is applied, against the schemas of an older Kubernetes and of a newer one; and the Knative
# service against Knative's own definition. Members that do not exist are refused.
check_kubernetes() {
  local version manifests=.cache/deploy-tools/kubernetes.yaml
  kustomize build deploy/kubernetes >"$manifests"
  for version in 1.34 1.37; do
    # Not by its script, which pip gave the path of the folder that it was installed in: a clone may be moved.
    .cache/deploy-tools/python/bin/python -m kubernetes_validate --strict -k "$version" "$manifests"
  done
  kubeconform -strict -summary -schema-location "$PWD/.cache/deploy-tools/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" \
    deploy/kubernetes/knative-service.yaml
}

main
