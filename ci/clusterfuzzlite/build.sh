#!/bin/bash -eu
# ClusterFuzzLite builds what OSS-Fuzz builds.
exec "${SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/vmsgspec/ci/oss-fuzz/build.sh"
