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
# what is new first, should time run out
NVIDIA_TF32_OVERRIDE=0 timeout 180 npx vitest run test/device 2>&1 | tee "$OUT/device.txt" || true
for precision in bf16 f32; do
  timeout 60 node dist/cli/bin.cjs bench --device cuda --workload a --precision $precision --parts full,step,views,limit --seconds 5 --json |
    tee -a "$OUT/cuda.jsonl" || true
done
if [ -d .carry/lightly ]; then
  timeout 120 node dist/cli/bin.cjs bench --device cuda --workload a --precision bf16 --parts full,step --seconds 5 --rounds 2 \
    --peer .carry/lightly --python python3 --out "$OUT" || true
fi
timeout 60 node dist/cli/bin.cjs bench --device cpu --workload a --precision bf16 --parts step,views --seconds 5 --json | tee -a "$OUT/cpu.jsonl" || true
node bench/op-call.mjs | tee "$OUT/op-call.json" || true
timeout 180 npx vitest run src/torch src/nn src/learn test/golden 2>&1 | tee "$OUT/tests.txt" || true
