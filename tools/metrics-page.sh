#!/usr/bin/env bash
# Writes the tables of docs/metrics.md from the metrics that the program registers. make test fails
# if they differ.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
quietly cmake --preset release
quietly cmake --build build/release --target metrics_page
build/release/test/docs/metrics_page docs/metrics.md >"$scratch/page"
cp "$scratch/page" docs/metrics.md
