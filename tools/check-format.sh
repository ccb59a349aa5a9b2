#!/bin/sh
# Fails when a C++ file of src or tests is not formatted as .clang-format says. --fix formats them.
set -eu
cd "$(dirname "$0")/.."
mode="--dry-run -Werror"
[ "${1:-}" = --fix ] && mode=-i
# shellcheck disable=SC2086
git ls-files 'src/*.h' 'src/*.cc' 'src/*.cpp' 'tests/*.h' 'tests/*.cc' | xargs clang-format $mode
