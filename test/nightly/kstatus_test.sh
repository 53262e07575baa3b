#!/usr/bin/env bash
# kstatus' own library says of each row of test/conditions/rows.json what Flux, Helm and kpt are to
# see, and each metric of deploy/kube-state-metrics reads a field that the CRD has. Without the
# library's Go modules this is not run.
set -euo pipefail
cd "$(dirname "$0")/../conditions"

if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then
  PATH=$PATH:/usr/local/go/bin
fi
said=$(mktemp "${TMPDIR:-/tmp}/windlass-kstatus.XXXXXX")
trap 'rm -f "$said"' EXIT
# Lists what the tests are made of, which fetches modules that are not here yet.
if ! go list -mod=readonly -deps -test ./... >"$said" 2>&1; then
  cat "$said"
  echo "not run: kstatus, because the Go modules of test/conditions cannot be fetched"
  exit 77
fi
CGO_ENABLED=0 go test -mod=readonly -trimpath -count=1 -v ./...
