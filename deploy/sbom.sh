#!/usr/bin/env bash
# Prints the bill of materials of an image that Docker has, as CycloneDX: what the base brings, Node, and npm's packages,
# those in node_modules and, by the list that the build makes of them, those in our bundles.
#
#   deploy/sbom.sh IMAGE >sbom.cdx.json
set -euo pipefail

# By its digest: a tag can be moved.
SYFT=${SYFT:-docker.io/anchore/syft:v1.18.1@sha256:b8c170b8e51bfc4779ec3ef4399942c57290f5ce76a9c3af564c9d00d4946a6b}
SOCKET=${DOCKER_HOST:-unix:///var/run/docker.sock}

main() {
  local listed part
  listed=$(docker run --rm --env=SYFT_CHECK_FOR_APP_UPDATE=false --volume="${SOCKET#unix://}:/var/run/docker.sock" "$SYFT" scan --quiet \
    --select-catalogers=+sbom-cataloger "docker:$1" --output=cyclonedx-json)
  # One of each, so that a list with a hole in it is not taken for a list.
  for part in pkg:generic/node@ pkg:deb/debian/libc6@ pkg:npm/onnxruntime-node@ pkg:npm/jose@; do
    if ! grep -qE "\"purl\": ?\"$part" <<<"$listed"; then
      echo "$1: the bill of materials lacks $part" >&2
      exit 1
    fi
  done
  echo "$listed"
}

main "$@"
