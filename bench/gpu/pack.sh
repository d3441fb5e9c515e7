#!/usr/bin/env bash
# Packs what a bare machine lacks, Node and the packages that the checks use, into .carry/bundle.tar.xz: about 50 MB, for run.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p .carry/node/bin
cp -L "$(command -v node)" .carry/node/bin/node
# the linter is a third of it and is not needed there
XZ_OPT="-T0 -6" tar --create --xz --file .carry/bundle.tar.xz --exclude 'node_modules/@biomejs' .carry/node node_modules
rm -r .carry/node
ls -l .carry/bundle.tar.xz
