#!/usr/bin/env bash
# test/contract/mutants.txt: each fault still changes its file. `make nightly` plants them.
set -euo pipefail

exec "$(cd "$(dirname "$0")/../.." && pwd)/tools/mutants.sh" --check
