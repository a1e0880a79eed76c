#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs headers, library and pkg-config file, and builds the example of CONTRIBUTING.md against them.

Prints TAP. Arguments: the root of the sources, that of the build, the words that call the compiler.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE, BUILD = (pathlib.Path(argument) for argument in sys.argv[1:3])
COMPILER = sys.argv[3:]


def run(*words, **options):
    """The output of a command that must succeed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def install(root):
    """The prefix inside root, in which the pkg-config file finds itself as if it had always been there."""
    env = {**os.environ, "DESTDIR": str(root)}
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--tags", "runtime,devel", env=env)
    config = next(root.rglob("otoscope.pc"))
    text = config.read_text(encoding="utf-8")
    prefix = root / re.search(r"^prefix=/?(.*)$", text, re.M).group(1)
    config.write_text(re.sub(r"^prefix=.*$", f"prefix={prefix}", text, flags=re.M), encoding="utf-8")
    return prefix, config.parent


def example():
    """The program that CONTRIBUTING.md shows."""
    text = (SOURCE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return next(block for block in re.findall(r"```c\n(.*?)```", text, re.S) if "main (" in block)


def test_example(root, prefix, config_dir):
    source, program, clips = root / "example.c", root / "example", root / "clips"
    env = {**os.environ, "PKG_CONFIG_PATH": str(config_dir), "LD_LIBRARY_PATH": str(config_dir.parent)}
    flags = run("pkg-config", "--cflags", "--libs", "otoscope", env=env).split()
    source.write_text(example(), encoding="utf-8")
    run(*COMPILER, "-std=c17", "-Wall", "-Wextra", "-Werror", source, "-o", program, *flags)
    run(BUILD / "app" / "cli" / "oto", "demo", "--quiet", "-o", clips)
    output = run(program, next(iter(sorted(clips.rglob("*.wav")))), env=env)
    lines = output.splitlines()
    assert lines, "the example found no event"
    for line in lines:
        assert re.fullmatch(r"\d+\.\d\d s to \d+\.\d\d s: \S.*", line), f"“{line}” is no event"


def test_headers_in_reverse(root, prefix, config_dir):
    """Whatever header comes first, it brings what it needs; each of otoscope.h comes before those it builds on."""
    env = {**os.environ, "PKG_CONFIG_PATH": str(config_dir)}
    flags = run("pkg-config", "--cflags", "otoscope", env=env).split()
    folder = prefix / "include" / "otoscope"
    headers = re.findall(r'^#include "(.*)"', (folder / "otoscope.h").read_text(encoding="utf-8"), re.M)
    assert len(headers) > 20, f"only {len(headers)} headers"
    source = root / "headers.c"
    source.write_text("".join(f"#include <otoscope/{name}>\n" for name in reversed(headers)), encoding="utf-8")
    run(*COMPILER, "-std=c17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", source, *flags)


def test_exported_functions(root, prefix, config_dir):
    """The library exports what its headers declare, no more and no less."""
    names = run("nm", "-D", "--defined-only", config_dir.parent / "libotoscope.so")
    exported = {line.split()[-1] for line in names.splitlines()}
    text = "\n".join(re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
                     for header in (prefix / "include" / "otoscope").rglob("*.h"))
    declared = set(re.findall(r"\b(oto_\w+) *\(", text)) | set(re.findall(r"^extern .*?(oto_\w+);", text, re.M))
    declared |= {f"{noun}_get_type" for noun in re.findall(r"G_DECLARE_\w+ \(\w+, (oto_\w+),", text)}
    inline = set(re.findall(r"static inline .*?(oto_\w+) *\(", text, re.S))
    for name in sorted(exported - declared):
        raise AssertionError(f"{name} is exported, and in no public header")
    for name in sorted(declared - exported - inline):
        raise AssertionError(f"{name} is declared in a public header, and not exported")
    assert len(exported) > 100, f"only {len(exported)} exported functions"


def main():
    tests = [test_example, test_headers_in_reverse, test_exported_functions]
    root = pathlib.Path(tempfile.mkdtemp())
    failed = False
    try:
        prefix, config_dir = install(root)
        print(f"1..{len(tests)}")
        for number, test in enumerate(tests, 1):
            problem = None
            try:
                test(root, prefix, config_dir)
            except AssertionError as error:
                problem, failed = error, True
            for line in str(problem).splitlines() if problem else []:
                print(f"# {line}")
            name = test.__name__.removeprefix("test_").replace("_", "-")
            print(f"{'not ok' if problem else 'ok'} {number} /install/{name}")
    finally:
        shutil.rmtree(root)
    return failed


sys.exit(main())
