#!/usr/bin/env bash
# Builds the container image of a checkout, pushes it, and prints it by its digest: what is tried is what is promoted.
#
#   deploy/build-image.sh europe-west1-docker.pkg.dev/PROJECT/onnx-functions/server:TAG
set -euo pipefail
cd "$(dirname "$0")/.."

docker build --tag="$1" . >&2
docker push "$1" >&2
docker inspect --format='{{index .RepoDigests 0}}' "$1"
