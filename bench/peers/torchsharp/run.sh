#!/usr/bin/env bash
# Builds (when its sources changed) and runs the libtorch peer:
# run.sh DTYPE BATCH SEQ STEPS [--shape smol135|tiny|qwen05] | run.sh matmul|attention DTYPE
# libtorch's binaries ask for a libstdc++ newer than Debian 12's; one symbol of it is really missing, so the version
# requirement is marked weak (weakver.py LIB VERSION) and the symbol comes from a preloaded shim.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); out=${PEER_OUT:-${TMPDIR:-/tmp}/fasttune-torchpeer}
if [ ! -x "$out/torchpeer" ] || [ -n "$(find "$here" -name '*.cs*' -newer "$out/torchpeer")" ]; then
  # The sources lie beside the output: the SDK leaves out whatever lies inside the publish folder.
  mkdir -p "$out" "$out-src"; cp "$here"/peer.csproj "$here"/*.cs "$out-src/"
  dotnet publish -c Release -o "$out" "$out-src/peer.csproj" >"$out/build.log" 2>&1 || { tail -20 "$out/build.log"; exit 1; }
  find "$out" -name '*.so*' -type f | while read -r lib; do python3 "$here/weakver.py" "$lib" GLIBCXX_3.4.32 || true; done
  touch "$out/torchpeer"
  g++ -shared -fPIC -o "$out/libstdcxx_shim.so" "$here/libstdcxx_shim.cpp"
fi
LD_PRELOAD="$out/libstdcxx_shim.so" LD_LIBRARY_PATH="$out:${LD_LIBRARY_PATH:-}" exec "$out/torchpeer" "$@"
