#!/bin/sh
# run.sh PROGRAM OUTDIR: simulates the circuits of NeuroSPICE and an operational amplifier and writes one page with
# their waveforms. The last line printed is the path of the page.
set -eu
[ $# -eq 2 ] || { echo "usage: $0 PROGRAM OUTDIR" >&2; exit 2; }
examples=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$2"
"$1" -q run --plot "$2/demo.html" \
  "$examples/neural/amplifier.cir" \
  "$examples/neural/ring_oscillator.cir" \
  "$examples/neural/feram.cir" \
  "$examples/opamp/open_loop.cir" \
  "$examples/opamp/step.cir" \
  "$examples/opamp/noise.cir"
echo
echo "$2/demo.html"
