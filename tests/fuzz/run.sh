#!/bin/sh
# Builds the fuzz targets with AddressSanitizer and UndefinedBehaviorSanitizer and runs each for SECONDS.
#   tests/fuzz/run.sh SECONDS [target ...]
# Seeds come from the decks of the repository; what the fuzzer learns stays in build/fuzz/corpus, findings go to
# build/fuzz/findings. Exit code 1 when there is a finding.
set -eu
seconds=${1:?usage: run.sh SECONDS [netlist|dae|expression|control|raw|network|surrogate|idx|edges|deep|topology|predictor|decoder|bounds|testbench ...]}
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
targets=${*:-netlist dae expression control raw network surrogate idx edges deep topology predictor decoder bounds testbench}
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz
for target in $targets; do
  cmake --build build/fuzz --target "fuzz_$target"
done
python3 tests/fuzz/seeds.py "$root" build/fuzz/seeds
status=0
for target in $targets; do
  mkdir -p "build/fuzz/corpus/$target" build/fuzz/findings
  echo "== $target"
  build/fuzz/bin/fuzz_"$target" "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -dict=tests/fuzz/spice.dict -artifact_prefix="build/fuzz/findings/$target-" 2>"build/fuzz/$target.log" || status=1
  grep -E 'number_of_executed|ERROR|SUMMARY|Done' "build/fuzz/$target.log" || true
done
exit $status
