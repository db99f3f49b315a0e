"""Builds tests/consumer against the installed library, by CMake and by pkg-config, and runs both
against the installed program's replay: consumer.py SOURCE PREFIX COMPILER LIBDIR."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from running import environment, running

EXPECTED = """author/model $0.000001
Hello to you | Google | 1/3 | $0.000007
[Hello][ again]
Hello again | Google | 1/2 | $0.000005
"""


def call(*words):
    subprocess.run([str(word) for word in words], check=True, timeout=300)


def by_cmake(source, work, prefix, compiler):
    build = work / "by_cmake"
    call("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}",
         f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug")
    call("cmake", "--build", build)
    return build / "consumer"


def by_pkg_config(source, work, prefix, compiler, libdir):
    env = {**os.environ, "PKG_CONFIG_PATH": str(prefix / libdir / "pkgconfig")}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "tollway"], env=env, check=True,
                           text=True, capture_output=True).stdout.split()
    program = work / "by_pkg_config"
    call(compiler, "-std=c++23", source / "main.cpp", "-o", program, *flags,
         f"-Wl,-rpath,{prefix / libdir}")
    return program


def main():
    source, prefix, compiler, libdir = sys.argv[1:]
    source, prefix = Path(source), Path(prefix)
    with tempfile.TemporaryDirectory() as work:
        programs = [by_cmake(source, Path(work), prefix, compiler),
                    by_pkg_config(source, Path(work), prefix, compiler, libdir)]
        tollway = prefix / "bin/tollway"
        with running(tollway, "replay", "--recordings", source / "recordings") as url:
            for program in programs:
                ran = subprocess.run([program, url + "/api/v1"], env=environment(), text=True,
                                     timeout=60, capture_output=True)
                if ran.returncode != 0 or ran.stdout != EXPECTED:
                    sys.exit(f"{program} exited with {ran.returncode}\n{ran.stdout}{ran.stderr}")


main()
