#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the sources against the house style: layout, include direction, what only one file may include.

Prints TAP. The root of the sources is the first argument.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()

# A folder of core may include itself and those above it.
CORE = ["base", "audio", "io", "features", "nn", "layers", "heads", "losses", "encoders", "detection", "models", "labels", "separation", "analysis",
        "datasets", "metrics", "evaluation", "training"]
PAINT = ["geometry", "paint"]
STATE = ["state"]
UI = ["pages", "views", "rows", "dialogs"]

# Headers of libraries, and who alone may include them.
ALONE = {
    "sndfile.h": ["core/io/oto-decoder-sndfile.c", "core/io/oto-audio-writer.c"],
    "mpg123.h": ["core/io/oto-decoder-mpeg.c"],
    "fftw3.h": ["core/features/oto-stft.c"],
    "yaml.h": ["core/io/oto-mixture.c"],
    "cblas.h": ["core/base/oto-blas.c"],
    "soxr.h": ["core/audio/oto-resampler.c"],
}
WINDOW = re.compile(r"^(gtk|gdk|gsk|adwaita|pango)\b")
TOP = {"meson.build", "meson_options.txt", "app", "core", "ui", "resources", "data", "tests", "po", "run",
       "check", "README.md", "CONTRIBUTING.md", "NEWS.md", "LICENSE"}

# What measures kernels looks inside the library.
MEASURES = {"app/cli/main.c", "app/cli/oto-bench.c", "app/cli/oto-bench.h", "app/cli/oto-bench-layers.c",
            "app/cli/oto-cmd-bench.c"}

# Folders of core that do not keep to the rules of messages yet.
UNTRANSLATED = {"nn"}
MESSAGE = re.compile(r"\bg_(set_error|set_error_literal|prefix_error|error_new|error_new_literal) \(.*?;\n", re.S)

FUNCTION = re.compile(r"^[a-z][^;{}#]*?\n\{\n.*?^\}", re.S | re.M)
FLOATS = re.compile(r"\b(?:float|double) +([^;(){}]+?)(?=[;)]|, *(?:const|g|Oto|int|float|double|size_t)\b)")

INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]')


def sources():
    for top in ("app", "core", "ui", "tests"):
        yield from sorted(p for p in (ROOT / top).rglob("*") if p.suffix in (".c", ".h", ".inc"))


def relative(path):
    return path.relative_to(ROOT).as_posix()


def strip_strings(line):
    return re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'', '""', line)


def check_layout(path, lines):
    for number, line in enumerate(lines, 1):
        where = f"{relative(path)}:{number}"
        if "\t" in line:
            yield f"{where}: a tab"
        if re.search(r"(&&|\|\|)$", line):
            yield f"{where}: an operator at the end; it begins the next line"
        if re.search(r"\bgsize\b", strip_strings(line)):
            yield f"{where}: gsize; it is size_t here"
        if line != line.rstrip():
            yield f"{where}: space at the end of the line"
        if len(line) > 100:
            yield f"{where}: {len(line)} columns, at most 100"
        if re.search(r"(^|[^:])//", strip_strings(line)) and not re.search(r"\*.*//", line):
            yield f"{where}: a // comment"
    if not lines or "SPDX-License-Identifier: GPL-3.0-or-later" not in lines[0]:
        yield f"{relative(path)}:1: the first line is not the SPDX line"
    if path.suffix == ".h" and "#pragma once" not in lines[:4]:
        yield f"{relative(path)}: no #pragma once"


def includes(lines):
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == "<", match.group(2)


def check_order(path, lines):
    """config.h, own header, project, system: four sorted blocks. A .inc is code, included where it stands."""
    found = [include for include in includes(lines) if not include[2].endswith(".inc")]
    if path.suffix != ".c":
        return
    if not found or found[0][2] != "config.h":
        yield f"{relative(path)}: config.h is not the first include"
        return
    stage, previous = 0, ""
    for index, (number, system, name) in enumerate(found[1:]):
        rank = 3 if system else 1 if index == 0 else 2
        if rank < stage:
            yield f"{relative(path)}:{number}: {name} comes after a later block"
        elif rank == stage and rank == 2 and name < previous:
            yield f"{relative(path)}:{number}: {name} is not in order"
        stage, previous = rank, name


def check_direction(path, lines):
    parts = path.relative_to(ROOT).parts
    for number, system, name in includes(lines):
        where = f"{relative(path)}:{number}: {name}"
        folder = name.split("/")[0] if "/" in name else ""
        if name in ALONE and relative(path) not in ALONE[name] and parts[0] != "tests":
            yield f"{where} belongs to {' and '.join(ALONE[name])} alone"
        if parts[0] == "core":
            if system and WINDOW.match(name):
                yield f"{where}: core knows no window"
            if not system and folder in PAINT + STATE + UI + ["cli"]:
                yield f"{where}: core includes nothing of ui or app"
            if len(parts) == 3 and folder in CORE and CORE.index(folder) > CORE.index(parts[1]):
                yield f"{where}: {folder} stands below {parts[1]}"
        if parts[0] == "ui":
            if folder == "cli" or name.startswith("oto-application"):
                yield f"{where}: ui includes nothing of app"
            if parts[1] in PAINT and (re.match(r"(gtk|gdk|gsk|adwaita)\b", name) or folder in STATE + UI):
                yield f"{where}: painters know no window"
            if parts[1] in STATE and (re.match(r"(gtk|gdk|gsk|adwaita)\b", name) or folder in UI):
                yield f"{where}: what a window knows needs no widget"
        if parts[:2] == ("app", "cli") and (re.match(r"(gtk|gdk|gsk|adwaita)\b", name) or folder in STATE + UI):
            yield f"{where}: oto knows no window"


def public_headers():
    found = includes((ROOT / "core" / "otoscope.h").read_text(encoding="utf-8").split("\n"))
    return {"otoscope.h"} | {name for _, _, name in found}


def check_public(path, lines):
    """The headers of otoscope.h export what they declare and bring only each other; programs include no others."""
    parts = path.relative_to(ROOT).parts
    public = public_headers()
    name = "/".join(parts[1:])
    is_public = parts[0] == "core" and name in public
    if parts[0] == "core" and path.suffix == ".h" and name not in ("otoscope.h", "base/oto-types.h"):
        for number, line in enumerate(lines, 1):
            if re.match(r"(OTO|G)_(BEGIN|END)_DECLS", line) and line.startswith("OTO") != is_public:
                yield (f"{relative(path)}:{number}: {line} in a "
                       f"{'public' if is_public else 'private'} header, see OTO_BEGIN_DECLS")
    if not is_public and (parts[0] not in ("app", "ui") or relative(path) in MEASURES):
        return
    for number, system, included in includes(lines):
        if not system and included.split("/")[0] in CORE and included not in public:
            yield f"{relative(path)}:{number}: {included} is not public, see core/otoscope.h"


def check_messages(path, text):
    """What a user reads of the library is translatable, and xgettext finds it."""
    parts = path.relative_to(ROOT).parts
    if parts[0] != "core" or path.suffix != ".c" or parts[1] in UNTRANSLATED:
        return
    for match in re.finditer(r"\bg_error \(", text):
        yield f"{relative(path)}:{text.count(chr(10), 0, match.start()) + 1}: g_error() ends a window with unsaved work"
    for match in MESSAGE.finditer(text):
        literals = re.sub(r'\b_ ?\((\s*"(\\.|[^"\\])*")+\s*\)', "", match.group())
        literals = re.sub(r"/\*.*?\*/", "", literals, flags=re.S)
        if "ngettext (" not in literals and re.search(r'"[^"]*[A-Za-z]{2}[^"]*"', literals):
            yield f"{relative(path)}:{text.count(chr(10), 0, match.start()) + 1}: a message without _()"
    uses = re.search(r"\b(_|g_dngettext) \(|\b_\(\"", text) is not None
    if uses != (relative(path) in (ROOT / "po" / "POTFILES.in").read_text(encoding="utf-8").split("\n")):
        yield f"{relative(path)}: {'not ' if uses else ''}in po/POTFILES.in{'' if uses else ' without a message'}"


def check_private_types(path, text):
    """A type of one file has no prefix, unless it is the class that the file is called after."""
    if path.suffix != ".c" or relative(path).startswith("tests/"):
        return
    for match in re.finditer(r"^\} (Oto\w+);", text, re.M):
        if not match.group(1).endswith(("Private", "Layer")):
            yield f"{relative(path)}: {match.group(1)} is of this file alone; it has no prefix"


def check_numbers(path, text):
    """A number that a float or double of the same function is set to or held against has a point."""
    if path.suffix != ".c":
        return
    for function in FUNCTION.finditer(text):
        body = "\n".join(map(strip_strings, function.group().split("\n")))
        names = [name.group(1) for found in FLOATS.finditer(body) for part in found.group(1).split(",")
                 if (name := re.match(r"\s*(\w+)(?:\s*=|\s*$)", part))]
        if not names:
            continue
        use = re.compile(rf"(?<![\w.>\[])({'|'.join(names)}) ([-+*/=!<>]?=|<|>) -?\d+(?![\w.])")
        for match in use.finditer(body):
            # Another variable of that name, of another type.
            if re.search(r"\b(?!float |double |return )\w+ $", body[:match.start()]):
                continue
            number = 1 + text.count("\n", 0, function.start()) + body.count("\n", 0, match.start())
            yield f"{relative(path)}:{number}: “{match.group()}” has no point"


def check_tree():
    for entry in ROOT.iterdir():
        if entry.name not in TOP and not entry.name.startswith((".", "_")):
            yield f"{entry.name}: not one of the files and folders of the top level"


def check_example():
    """What CONTRIBUTING shows as a new system is what a test builds."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    test = (ROOT / "tests/unit/models/test-worked-example.c").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```c\n(.*?)```", text, re.S) if "OtoSystem row" in block]
    if len(blocks) != 1:
        yield "CONTRIBUTING.md: no example of a system"
    elif blocks[0].strip() not in test:
        yield "tests/unit/models/test-worked-example.c is not what CONTRIBUTING.md shows"


def main():
    checks = {"layout": check_layout, "include-order": check_order, "include-direction": check_direction,
              "public-headers": check_public}
    failures = {name: [] for name in checks}
    files = list(sources())
    for path in files:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        for name, check in checks.items():
            failures[name] += check(path, lines)
    failures["messages"] = [line for path in files
                            for line in check_messages(path, path.read_text(encoding="utf-8"))]
    failures["private-types"] = [line for path in files
                                 for line in check_private_types(path, path.read_text(encoding="utf-8"))]
    failures["numbers"] = [line for path in files for line in check_numbers(path, path.read_text(encoding="utf-8"))]
    failures["top-level"] = list(check_tree())
    failures["example"] = list(check_example())
    failures["sources-found"] = [] if len(files) > 50 else [f"only {len(files)} sources"]
    print(f"1..{len(failures)}")
    for number, (name, found) in enumerate(failures.items(), 1):
        for line in found:
            print(f"# {line}")
        print(f"{'not ok' if found else 'ok'} {number} /style/{name}")
    return any(failures.values())


sys.exit(main())
