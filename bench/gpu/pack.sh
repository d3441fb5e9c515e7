#!/usr/bin/env bash
# Packs what a bare machine lacks, Node and the packages that the checks use, into .carry/bundle.tar.xz: about 45 MB, for run.sh.
# PEER=DIR takes the package of lightly in it along.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run -s build
mkdir -p .carry/node/bin
cp -L "$(command -v node)" .carry/node/bin/node
if [ -n "${PEER:-}" ]; then mkdir -p .carry/lightly && cp -r "$PEER/lightly" .carry/lightly/; fi
# linter, compiler and import checks are half of it; dist/ goes along in their place; nothing there runs an exported model
skipped=(--exclude=node_modules/@biomejs --exclude=node_modules/@typescript --exclude=node_modules/typescript --exclude=node_modules/@swc --exclude=node_modules/onnxruntime-node)
XZ_OPT="-T0 -6" tar --create --xz --file .carry/bundle.tar.xz "${skipped[@]}" .carry/node node_modules dist
rm -r .carry/node
ls -l .carry/bundle.tar.xz
