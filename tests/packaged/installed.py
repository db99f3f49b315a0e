"""Installs everything and looks at what lies there:
installed.py BUILD PREFIX COMPILER LIBDIR VERSION."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)', re.MULTILINE)


def expected(libdir, version):
    """All but the headers and what CMake names after the configuration."""
    minor = version.rsplit(".", 1)[0]
    return {
        "bin/tollway",
        f"{libdir}/libtollway.so",
        f"{libdir}/libtollway.so.{minor}",
        f"{libdir}/libtollway.so.{version}",
        f"{libdir}/pkgconfig/tollway.pc",
        f"{libdir}/cmake/tollway/tollway-config.cmake",
        f"{libdir}/cmake/tollway/tollway-config-version.cmake",
        f"{libdir}/cmake/tollway/tollway-targets.cmake",
        "share/doc/tollway/LICENSE",
        "share/man/man1/tollway.1",
        "share/bash-completion/completions/tollway",
        "share/zsh/site-functions/_tollway",
        "share/fish/vendor_completions.d/tollway.fish",
    }


def problems_of_files(prefix, libdir, version):
    files = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()}
    for name in sorted(expected(libdir, version) - files):
        yield f"{name} is not installed"
    for name in sorted(files - expected(libdir, version)):
        if not re.fullmatch(r"include/tollway/\w+\.hpp|.*/tollway-targets-\w+\.cmake", name):
            yield f"{name} should not be installed"
    for name in sorted(files):
        if (prefix / name).stat().st_size == 0:
            yield f"{name} is empty"
    said = subprocess.run([prefix / "bin/tollway", "--version"], text=True, capture_output=True,
                          check=False).stdout
    if version not in said:
        yield f"bin/tollway --version says {said!r}"


def problems_of_headers(prefix, compiler):
    """Each stands alone, and asks for nothing but the standard library, asio.hpp for Asio."""
    for header in sorted((prefix / "include/tollway").glob("*.hpp")):
        for mark, name in INCLUDE.findall(header.read_text()):
            ours = mark == '"' and name.startswith("tollway/")
            standard = mark == "<" and re.fullmatch(r"[a-z_]+", name)
            asio = header.name == "asio.hpp" and name.startswith("boost/asio/")
            if not ours and not standard and not asio:
                yield f"{header.name} includes {name}"
        alone = subprocess.run(
            [compiler, "-std=c++23", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
             f"-I{prefix / 'include'}", "-x", "c++", "-"],
            input=f'#include <tollway/{header.name}>\n', text=True, capture_output=True, check=False)
        if alone.returncode != 0:
            yield f"{header.name} does not stand alone: {alone.stderr}"


def main():
    build, prefix, compiler, libdir, version = sys.argv[1:]
    prefix = Path(prefix)
    shutil.rmtree(prefix, ignore_errors=True)
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, timeout=300,
                   stdout=subprocess.DEVNULL)
    problems = [*problems_of_files(prefix, libdir, version), *problems_of_headers(prefix, compiler)]
    if problems:
        sys.exit("\n".join(problems))


main()
