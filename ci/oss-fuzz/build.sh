#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite want them: with CC, CFLAGS and
# LIB_FUZZING_ENGINE as given, each into OUT with its seeds. Works in a plain tree, too, where all
# of them have defaults: clang's libFuzzer, into build-fuzz/out.

root=$(cd "$(dirname "$0")/../.." && pwd)
export CC=${CC:-clang-14}
export CFLAGS=${CFLAGS:--O1 -g -fsanitize=address,fuzzer-no-link}
export LIB_FUZZING_ENGINE=${LIB_FUZZING_ENGINE:--fsanitize=fuzzer}
export OUT=${OUT:-$root/build-fuzz/out}
work=${WORK:-$root/build-fuzz}/vmsgspec
# Every target_NAME.c but the one that an implementation of one's own is linked with.
targets=$(cd "$root/fuzz" && printf '%s\n' target_*.c | sed -n '/^target_sut/d; s/^target_\(.*\)\.c$/\1/p')
targets=${TARGETS:-$targets}

mkdir -p "$OUT" "$work"
cmake -S "$root" -B "$work" -G Ninja -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_C_FLAGS="$CFLAGS" -DVMSGSPEC_TESTS=OFF
# shellcheck disable=SC2086
cmake --build "$work" --target $(printf 'fuzz_%s ' $targets)
for name in $targets; do
    cp "$work/fuzz_$name" "$OUT/"
    if [ -d "$root/fuzz/seeds/$name" ]; then
        (cd "$root/fuzz/seeds/$name" && /usr/bin/python3 -m zipfile -c "$OUT/fuzz_${name}_seed_corpus.zip" ./*)
    fi
done
