#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of systems.md from what the program says of its systems.

    write-systems.py OTO [PAGE]            writes them anew
    write-systems.py --check OTO [PAGE]    fails if that would change the page

OTO is the program, as _build/app/cli/oto; PAGE is systems.md beside this file.

A line <!-- systems: NAME NAME --> begins a part of the page that is written here, and
<!-- end --> ends it; between is what "oto systems --json" says of these systems. All other
text is the page's own. A system that the page does not name, or names twice, is an error.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

PART = re.compile(r"<!-- systems: ([^>]*) -->\n.*?<!-- end -->\n", re.S)
EVERYWHERE = "mel"             # a panel of every system


def fail(message):
    sys.exit("write-systems.py: " + message)


def read_systems(program):
    environment = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="")
    try:
        text = subprocess.run([program, "systems", "--json"], env=environment, check=True,
                              stdout=subprocess.PIPE).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"{program} does not run: {error}")
    return {system["name"]: system for system in json.loads(text)["systems"]}


def escape(text):
    return str(text).replace("|", "\\|").replace("<", "&lt;")


def format_row(cells):
    return "| " + " | ".join(escape(cell) for cell in cells) + " |\n"


def format_table(heads, rows):
    return format_row(heads) + format_row(["---"] * len(heads)) + "".join(map(format_row, rows))


def format_count(count):
    return f"{count:,}".replace(",", " ")


def format_macs(macs):
    return f"{macs / 1e9:.2f} G" if macs >= 1e9 else f"{macs / 1e6:.1f} M"


def format_value(value):
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else f"{value:g}"


def format_range(option):
    if option["kind"] == "switch":
        return "on, off"
    values = [format_value(value) for value in option["range"]]
    if option["kind"] == "choice":
        return ", ".join(values)
    whole = "whole, " if option["kind"] == "integer" else ""
    return f"{whole}{values[0]} to {values[1]}"


def format_loss(terms):
    return " + ".join(name if weight == 1 else f"{format_value(weight)} {name}"
                      for name, weight in terms.items())


def join_names(systems):
    return ", ".join(f"`{system['name']}`" for system in systems)


def format_options(systems):
    """One row an option; systems that share it share the row."""
    found = {}
    for system in systems:
        for option in system["options"]:
            found.setdefault(json.dumps(option, sort_keys=True), (option, []))[1].append(system)
    if not found:
        return "No options.\n"
    rows = [[f"`{option['name']}`", format_value(option["default"]), format_range(option),
             "all" if 1 < len(systems) == len(having) else join_names(having), option["help"]]
            for option, having in found.values()]
    return format_table(["option", "default", "range", "of", "what it is"], rows)


def format_notes(systems):
    """Where each is from; a note that several share stands once."""
    text = "".join(f"- `{system['name']}`: {system['source']}; *{system['evidence']}*.\n"
                   for system in systems)
    notes = {}
    for system in systems:
        if system.get("note"):
            notes.setdefault(system["note"], []).append(system)
    if notes:
        text += "\nTo be known before reading results:\n\n"
    for note, having in notes.items():
        text += f"- {join_names(having)}: {note}\n"
    return text


def format_number(system):
    """The row of the published tables; 0 is in none of them."""
    return system["row"] or ("ours" if system["evidence"].startswith("ours") else "–")


def format_part(systems):
    rows = [[f"`{system['name']}`", format_number(system), system["title"],
             format_count(system["parameters"]), format_macs(system["multiply_adds"]),
             f"{system['classes']} of {system['frames']} x {system['mels']}",
             system["front_end"], system["recipe"], format_loss(system["loss"]),
             ", ".join(panel for panel in system["panels"] if panel != EVERYWHERE)]
            for system in systems]
    table = format_table(["system", "row", "what it is", "parameters", "multiply-adds",
                          "classes of a window", "front end", "recipe", "loss", "shows"], rows)
    return table + "\n" + format_notes(systems) + "\n" + format_options(systems)


def write_page(text, systems):
    missing = dict(systems)

    def replace(match):
        names = match.group(1).split()
        for name in names:
            if missing.pop(name, None) is None:
                fail(f"{name} is no system, or stands twice on the page")
        part = format_part([systems[name] for name in names])
        return f"<!-- systems: {' '.join(names)} -->\n\n{part}\n<!-- end -->\n"

    text = PART.sub(replace, text)
    if missing:
        fail("the page does not name " + ", ".join(missing))
    return text


def main():
    parser = argparse.ArgumentParser(description="Writes the tables of systems.md.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail if it would")
    parser.add_argument("program", metavar="OTO")
    parser.add_argument("page", metavar="PAGE", nargs="?", type=pathlib.Path,
                        default=pathlib.Path(__file__).with_name("systems.md"))
    args = parser.parse_args()

    old = args.page.read_text(encoding="utf-8")
    new = write_page(old, read_systems(args.program))
    if args.check and new != old:
        fail(f"{args.page} is not what {args.program} says; write it anew without --check")
    if not args.check:
        args.page.write_text(new, encoding="utf-8")


main()
