#!/usr/bin/env bash
# Runs an image that Docker has, which may write nothing there and has no right, and tries every path of the server in it.
# From a second container in the network of the first: where this runs in a container itself, as on Cloud Build, no port
# of Docker's can be reached.
#
#   .ci/check-image.sh IMAGE
set -euo pipefail
cd "$(dirname "$0")/.."

IMAGE=$1
SERVER=onnx-functions-server-$$
CLIENT=onnx-functions-client-$$
NODE=/nodejs/bin/node

main() {
  local code
  trap remove EXIT
  docker run --detach --name="$SERVER" --read-only --cap-drop=ALL --security-opt=no-new-privileges "$IMAGE" >/dev/null
  until_ready
  docker create --name="$CLIENT" --network="container:$SERVER" --workdir=/ --entrypoint="$NODE" "$IMAGE" \
    /deploy/smoke-test.mjs http://127.0.0.1:8080 >/dev/null
  docker cp deploy "$CLIENT:/deploy"
  docker start "$CLIENT" >/dev/null
  code=$(docker wait "$CLIENT")
  docker logs "$CLIENT"
  return "$code"
}

# One after the other: the client is in the server's network.
remove() {
  docker rm --force "$CLIENT" >/dev/null 2>&1 || true
  docker rm --force "$SERVER" >/dev/null
}

until_ready() {
  local ask='fetch("http://127.0.0.1:8080/ready", { signal: AbortSignal.timeout(2000) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))'
  for _ in $(seq 30); do
    if docker exec "$SERVER" "$NODE" -e "$ask" 2>/dev/null; then return; fi
    sleep 1
  done
  echo "$IMAGE was not ready within 30 s" >&2
  docker logs "$SERVER" >&2
  exit 1
}

main
