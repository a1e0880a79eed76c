#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs one fuzzed reader for a while, from its seeds and bounded in memory and time of an input:
#   run-fuzz.sh PROGRAM SEEDS [SECONDS]
# What it finds goes into OTO_FUZZ_DIR, or a folder that is removed.
set -eu
program=$1
seeds=$2
seconds=${3:-20}
dir=${OTO_FUZZ_DIR:-}
if [ -z "$dir" ]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
fi
corpus=$dir/corpus-$(basename "$program")
mkdir -p "$corpus"
"$program" -max_total_time="$seconds" -rss_limit_mb=768 -timeout=20 -max_len=65536 -print_final_stats=1 \
  -artifact_prefix="$dir/" "$corpus" "$seeds"
