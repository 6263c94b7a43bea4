#!/bin/sh
# Runs a command as if in a container with little CPU and memory: it finds the limits where a container has them, and
# nothing holds it to them.
#
#   small-container.sh CPU_QUOTA_PERCENT MEMORY_BYTES COMMAND...
set -eu

cpu=$1
memory=$2
shift 2
export cpu memory

# The mounts are seen in here alone, and are gone with the command.
# shellcheck disable=SC2016
exec unshare --mount sh -euc '
  mount -t tmpfs none /sys/fs/cgroup
  # Version 2 keeps the limits below the path of the group, version 1 at the root, as seen from within a container.
  group=$(sed -n "s/^0:://p" /proc/self/cgroup)
  mkdir -p "/sys/fs/cgroup$group" /sys/fs/cgroup/cpu /sys/fs/cgroup/memory
  echo "${cpu}000 100000" >/sys/fs/cgroup/cpu.max
  echo "$memory" >"/sys/fs/cgroup$group/memory.max"
  echo "$memory" >"/sys/fs/cgroup$group/memory.high"
  echo "${cpu}000" >/sys/fs/cgroup/cpu/cpu.cfs_quota_us
  echo 100000 >/sys/fs/cgroup/cpu/cpu.cfs_period_us
  echo "$memory" >/sys/fs/cgroup/memory/memory.limit_in_bytes
  echo "$memory" >/sys/fs/cgroup/memory/memory.soft_limit_in_bytes
  exec "$@"
' small-container "$@"
