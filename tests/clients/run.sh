#!/usr/bin/env bash
# run.sh [--tap FILE] [TEST...]: runs the client tests; where their packages are not to be had, it skips
# them by name and succeeds. The last line counts; FILE gets the results as TAP.
set -euo pipefail
tap=
if [[ "${1:-}" == --tap ]]; then
  tap="$(realpath -m "$2")"
  : >"$tap"
  shift 2
fi
cd "$(dirname "${BASH_SOURCE[0]}")"

skip() {
  local count=0 file
  for file in *.test.mjs; do
    count=$((count + 1))
    echo "skipped: tests/clients/$file ($1)"
    if [[ -n "$tap" ]]; then echo "ok $count - $file # SKIP $1" >>"$tap"; fi
  done
  echo "0 passed, 0 failed, $count skipped"
  exit 0
}

command -v node >/dev/null || skip "node is not installed"
[[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ]] || skip "node is older than 20"
# The mark is script/setup's too: the lock file whose packages are installed.
installed=node_modules/.tollway-installed.json
if ! cmp -s package-lock.json "$installed"; then
  npm ci --silent --ignore-scripts --fetch-timeout=30000 --fetch-retries=1 ||
    skip "the packages cannot be installed"
  cp package-lock.json "$installed"
fi
TAP="$tap" exec node run.mjs "$@"
