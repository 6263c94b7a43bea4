#!/bin/sh
# Builds the OpenTelemetry Collector for the tests into .cache/bin, unless it is there. Needs Go; takes a few minutes.
set -eu
cd "$(dirname "$0")/../.."

OUT="$PWD/.cache/bin/otelcol"
WANTED=$(cat test/tracing/collector/go.mod test/tracing/collector/main.go | cksum)

if [ -x "$OUT" ] && [ "$(cat "$OUT.built" 2>/dev/null)" = "$WANTED" ]; then exit 0; fi
mkdir -p .cache/bin
(cd test/tracing/collector && go build -trimpath -o "$OUT" .)
# Written last, so that a build that was cut short is begun again.
echo "$WANTED" >"$OUT.built"
