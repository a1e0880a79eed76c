#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the running program through AT-SPI, as a screen reader would. Prints TAP.

test-accessible.py OTOSCOPE WRITE_FIXTURE
"""

import os
import subprocess
import sys
import tempfile
import time

LIMIT_S = 60


def bail(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


try:
    import gi

    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
except (ImportError, ValueError):
    bail("the introspection data of AT-SPI is missing")

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
if not os.path.exists(LAUNCHER):
    bail("at-spi-bus-launcher is missing")


def wait_for(find):
    """Polls @find until it returns something that is true."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        try:
            found = find()
        except gi.repository.GLib.Error:
            found = None
        if found:
            return found
        time.sleep(0.05)
    return None


def walk(node):
    yield node
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield from walk(child)


def find_application():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(i)
        if child is not None and child.get_name() == "otoscope":
            return child
    return None


def find_named(root, name):
    for node in walk(root):
        if node.get_name() == name:
            return node
    return None


def is_focusable(node):
    states = node.get_state_set()
    return (states.contains(Atspi.StateType.FOCUSABLE) and states.contains(Atspi.StateType.SHOWING)
            and states.contains(Atspi.StateType.VISIBLE))


class Tap:
    def __init__(self):
        self.n = 0
        self.is_good = True

    def check(self, is_true, what, detail=""):
        self.n += 1
        self.is_good = self.is_good and bool(is_true)
        print(f"{'ok' if is_true else 'not ok'} {self.n} - {what}")
        if not is_true and detail:
            print(f"# {detail}")
        sys.stdout.flush()


def run(tap, root):
    panel = wait_for(lambda: find_named(root, "Log-mel spectrogram"))
    tap.check(panel, "panel 1 has its title as its name")
    if not panel:
        return

    description = wait_for(lambda: "shows 0.00 to 4.00 s" in panel.get_description()
                           and panel.get_description())
    tap.check(description, "its description tells the range", panel.get_description())

    actions = [panel.get_action_name(i) for i in range(panel.get_n_actions())]
    tap.check("view.zoom-in" in actions, "it offers view.zoom-in", str(actions))
    if "view.zoom-in" in actions:
        panel.do_action(actions.index("view.zoom-in"))
        tap.check(wait_for(lambda: "shows 0.00 to 4.00 s" not in panel.get_description()),
                  "view.zoom-in narrows the range", panel.get_description())

    nameless = [node.get_role_name() for node in walk(root)
                if is_focusable(node) and not node.get_name()
                and node.get_role_name() not in ("list item", "frame", "scroll pane", "list")]
    tap.check(not nameless, "everything that takes the focus has a name", str(nameless))

    solos = [node.get_name() for node in walk(root)
             if node.get_name().startswith("Solo ")]
    tap.check(len(solos) >= 6 and "Solo Background" in solos,
              "each class and Background can be soloed by name", str(solos))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[2], folder], check=True)
        launcher = subprocess.Popen([LAUNCHER, "--launch-immediately"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        program = subprocess.Popen([sys.argv[1], "--model", f"{folder}/test.safetensors",
                                    f"{folder}/tone.wav"], env=os.environ | {"GTK_A11Y": "atspi"})
        try:
            root = wait_for(find_application)
            tap.check(root, "the program is in the accessible tree")
            if root:
                run(tap, root)
            tap.check(program.poll() is None, "it runs still")
        finally:
            program.terminate()
            program.wait(10)
            launcher.terminate()
            launcher.wait(10)
    print(f"1..{tap.n}")
    sys.exit(0 if tap.is_good else 1)


main()
