#!/usr/bin/env bash
# Builds against this machine's PyTorch, then checks and measures; see README.md beside this file.
set -euo pipefail
cd "$(dirname "$0")/../.."
OUT=${OUT:-bench/results}
mkdir -p "$OUT"
if [ -f .carry/bundle.tar.xz ]; then python3 -c 'import tarfile; tarfile.open(".carry/bundle.tar.xz").extractall()'; fi
if [ -x .carry/node/bin/node ]; then export PATH="$PWD/.carry/node/bin:$PATH"; fi
node scripts/find-libtorch.mjs | tee "$OUT/libtorch.txt"
node scripts/build-native.mjs
if [ ! -f .carry/bundle.tar.xz ]; then npx tsc; fi
node dist/cli/bin.cjs doctor --json | tee "$OUT/doctor.json" || true
npx vitest run src/torch src/nn src/learn test/golden test/device 2>&1 | tee "$OUT/tests.txt" || true
for precision in f32 bf16; do
  for device in cpu cuda; do
    node dist/cli/bin.cjs bench --device $device --workload a --precision "$precision" --parts full,views,step --seconds 10 --json |
      tee -a "$OUT/$device.jsonl" || true
  done
done
node bench/op-call.mjs | tee "$OUT/op-call.json"
