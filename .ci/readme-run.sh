#!/usr/bin/env bash
# Does what the README begins with: `npm start`, then a prediction.
set -euo pipefail
cd "$(dirname "$0")/.."

PORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export PORT

# In a group of its own, so that what npm starts can be stopped with it.
setsid npm start &
trap 'kill -TERM -- -$!; wait $! || true' EXIT

for _ in $(seq 150); do
  if curl -fsS "http://127.0.0.1:$PORT/ready" >/dev/null 2>&1; then break; fi
  sleep 0.2
done
answer=$(curl -fsS -X POST "http://127.0.0.1:$PORT/predict" -H 'Content-Type: application/json' \
  -d '{"features":[5.1,3.5,1.4,0.2]}')
echo "$answer"
[[ $answer == *'"setosa"'*'"confidence":0.976'* ]]
deploy/smoke-test.sh "http://127.0.0.1:$PORT"
