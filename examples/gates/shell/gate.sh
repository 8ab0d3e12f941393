#!/bin/sh
# Runs a pipeline as a gate, for cron, make or a CI system that has no example of its own.
#
#   gate.sh PIPELINE [OPTION ...]      options are those of `assay run`
#
# Reports go to the folder REPORTS (reports). A run that broke on its way is gone on with once: what was answered is not
# asked again. The exit code is that of `assay run`.
set -eu

if [ $# -eq 0 ]; then
  echo "usage: gate.sh PIPELINE [OPTION ...]" >&2
  exit 2
fi
pipeline=$1
shift
reports=${REPORTS:-reports}

gate() {
  assay run "$pipeline" --report "$reports/assay.xml" --report "$reports/assay.json" --report "$reports/assay.md" "$@"
}

code=0
gate "$@" || code=$?
if [ "$code" -eq 3 ]; then
  # Nothing to go on with is exit code 2: then the first one stands.
  again=0
  gate "$@" --resume || again=$?
  if [ "$again" -ne 2 ]; then code=$again; fi
fi

case $code in
  0) echo "gate: the data is good enough" ;;
  1) echo "gate: the data is not good enough; see $reports/assay.md" ;;
  2) echo "gate: the pipeline file or the call is wrong" ;;
  3) echo "gate: the run broke, which says nothing about the data" ;;
  4) echo "gate: a budget ran out before the work was done" ;;
  *) echo "gate: ended with exit code $code" ;;
esac
exit "$code"
