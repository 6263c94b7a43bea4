# shellcheck shell=bash
# Sourced: `ctr` is podman with a store of its own under .cache/containers, for root and no service running.
CACHE=$PWD/.cache/containers
mkdir -p "$CACHE/tmp"

# The kernel's overlay does not stack on every file system; copies do, at the price of time and space.
CTR_DRIVER=overlay

ctr() {
  local run
  run=/run/onnx-functions-$(cksum <<<"$CACHE" | cut -d' ' -f1)/$CTR_DRIVER
  # runc, because crun refuses hosts that mount cgroups of both versions.
  TMPDIR=$CACHE/tmp podman --root "$CACHE/$CTR_DRIVER" --runroot "$run" --tmpdir "$run/tmp" \
    --storage-driver "$CTR_DRIVER" --cgroup-manager cgroupfs --events-backend none --runtime runc "$@"
}

ctr info >/dev/null 2>&1 || CTR_DRIVER=vfs
ctr info >/dev/null
