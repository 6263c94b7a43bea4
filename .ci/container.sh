#!/usr/bin/env bash
# Builds the image from the Dockerfile and runs it as strictly as a careful host would: not as root, nothing
# writable, no capability, no network but loopback, one CPU and 512 MiB. Then .ci/check-container.mjs uses it, and
# .ci/check-vertex.mjs does so as Vertex AI would; .ci/check-sbom.sh lists what is in it.
# Needs root, podman, runc, mmdebstrap and Docker's client; no image registry.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/podman.sh
. .ci/podman.sh

IMAGE=onnx-functions:ci
BASE=gcr.io/distroless/nodejs24-debian12:nonroot
NAME=onnx-functions-ci-$$

# What Vertex AI tells a container: another port than ours, and routes that carry the ids of a deployment.
VERTEX=(--env AIP_MODE=PREDICTION --env AIP_HTTP_PORT=8090 --env AIP_STORAGE_URI=
  --env AIP_HEALTH_ROUTE=/v1/endpoints/7/deployedModels/9
  --env AIP_PREDICT_ROUTE=/v1/endpoints/7/deployedModels/9:predict)

main() {
  .ci/base-images.sh
  build
  trap remove EXIT
  run_and_check .ci/check-container.mjs
  run_and_check .ci/check-vertex.mjs "${VERTEX[@]}"
  .ci/check-sbom.sh "localhost/$IMAGE" docker.io/library/debian:bookworm-slim
  report_size
}

# The host's npm settings are mounted while building: they say how packages are reached, and stay out of the image.
build() {
  local key value mounts=()
  : >"$CACHE/npmrc"
  for key in registry cafile proxy https-proxy; do
    value=$(npm config get "$key" 2>/dev/null)
    if [ -z "$value" ] || [ "$value" = null ]; then continue; fi
    if [ "$key" = cafile ]; then
      mounts+=(--volume "$value:/run/ca.crt:ro")
      value=/run/ca.crt
    fi
    echo "$key=$value" >>"$CACHE/npmrc"
  done
  mounts+=(--volume "$CACHE/npmrc:/usr/local/etc/npmrc:ro")
  ctr build --isolation chroot --format docker --pull=never "${mounts[@]}" --tag "$IMAGE" .
}

# run_and_check CHECK [OPTION...]: the options are those of the container engine.
run_and_check() {
  start "${@:2}"
  check "$1"
  stop
  remove
}

start() {
  # Limits on files and processes are lowered: raising them takes a right that the host may lack.
  ctr run --detach --name "$NAME" --pull=never --network none --cgroups=no-conmon \
    --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 \
    --memory 512m --memory-swap 512m --cpus 1 --pids-limit 256 \
    --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges "$@" "$IMAGE" >/dev/null
}

# The container has only its own loopback, so a check goes there; it ends by sending SIGTERM.
check() {
  local pid
  pid=$(ctr inspect "$NAME" --format '{{.State.Pid}}')
  if ! nsenter --target "$pid" --net node "$1" "$pid"; then
    ctr logs "$NAME"
    exit 1
  fi
}

stop() {
  local code
  code=$(ctr wait "$NAME")
  if [ "$code" = 0 ]; then return; fi
  echo "after SIGTERM the container exited with $code" >&2
  exit 1
}

remove() {
  ctr rm --force --time 0 "$NAME" >/dev/null 2>&1
}

report_size() {
  local whole base
  whole=$(ctr image inspect "$IMAGE" --format '{{.Size}}')
  base=$(ctr image inspect "$BASE" --format '{{.Size}}')
  echo "image: $(((whole - base) / 1000000)) MB above its base of $((base / 1000000)) MB (a stand-in for Google's)"
}

main
