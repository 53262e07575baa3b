#!/usr/bin/env bash
# Writes the tables of docs/kubectl-windlass-errors.md from the rows of test/unit/kubectl, which the
# tests run. make test fails if they differ.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
quietly cmake --preset release
quietly cmake --build build/release --target errors_page
build/release/test/docs/errors_page docs/kubectl-windlass-errors.md >"$scratch/page"
cp "$scratch/page" docs/kubectl-windlass-errors.md
