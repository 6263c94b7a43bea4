#!/bin/sh
# Builds the Cloud Storage emulator for the tests into .cache/bin, unless it is there. Needs Go; takes a few minutes.
set -eu
cd "$(dirname "$0")/.."

# The first version that honours ifGenerationMatch on every kind of upload.
VERSION=v1.56.1

if [ -x .cache/bin/fake-gcs-server ]; then exit 0; fi
mkdir -p .cache/bin
GOBIN="$PWD/.cache/bin" go install "github.com/fsouza/fake-gcs-server@$VERSION"
