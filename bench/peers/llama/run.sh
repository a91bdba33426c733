#!/usr/bin/env bash
# Builds (when its sources changed) and runs llama.cpp's side: run.sh MODEL.gguf THREADS TOKENS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); out=${PEER_OUT:-${TMPDIR:-/tmp}/fasttune-llamapeer}
if [ ! -x "$out/llamapeer" ] || [ -n "$(find "$here" -name '*.cs*' -newer "$out/llamapeer")" ]; then
  # The sources lie beside the output: the SDK leaves out whatever lies inside the publish folder.
  mkdir -p "$out" "$out-src"; cp "$here"/peer.csproj "$here"/*.cs "$out-src/"
  dotnet publish -c Release -o "$out" "$out-src/peer.csproj" >"$out/build.log" 2>&1 || { tail -20 "$out/build.log"; exit 1; }
  touch "$out/llamapeer"
fi
exec "$out/llamapeer" "$@"
