#!/usr/bin/env bash
# Builds dist/ and packs of it what a deployment sends into the archive that Terraform deploys functions from.
# The same content gives the same bytes, so that Terraform deploys only what changed. Needs gcloud and zip.
#
#   deploy/terraform/pack.sh [--no-build] [ARCHIVE]
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
build=yes
if [ "${1:-}" = --no-build ]; then
  build=no
  shift
fi
target=${1:-$root/deploy/terraform/functions.zip}
case $target in
  /*) ;;
  *) target=$PWD/$target ;;
esac

cd "$root"
if [ $build = yes ]; then npm run --silent build; fi
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

# .gcloudignore says which files those are.
gcloud meta list-files-for-upload dist | LC_ALL=C sort >"$staging/names"
mkdir "$staging/files"
tar -C dist -cf - -T "$staging/names" | tar -C "$staging/files" -xf -

# An archive holds times and modes: the first that a zip can name, and those of a fresh checkout.
find "$staging/files" -exec env TZ=UTC touch -t 198001010000 {} +
find "$staging/files" -type f -exec chmod 644 {} +
rm -f "$target"
cd "$staging/files"
TZ=UTC zip -q -X -D "$target" -@ <"$staging/names"
echo "$target"
