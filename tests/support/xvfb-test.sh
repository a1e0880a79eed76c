#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# xvfb-test.sh PROGRAM [ARGS]: runs it on a private display and bus, in a home of its own; prints what it prints.
set -eu
if ! command -v xvfb-run >/dev/null || ! command -v dbus-run-session >/dev/null; then
  echo "1..0 # SKIP xvfb-run or dbus-run-session is missing"
  exit 0
fi
rt=$(mktemp -d)
chmod 700 "$rt"
trap 'rm -rf "$rt"' EXIT INT TERM
export XDG_RUNTIME_DIR="$rt" HOME="$rt" XDG_CONFIG_HOME="$rt/config" XDG_CACHE_HOME="$rt/cache" XDG_DATA_HOME="$rt/data"
export GSETTINGS_BACKEND=memory GDK_BACKEND=x11 GSK_RENDERER="${GSK_RENDERER:-cairo}" LIBGL_ALWAYS_SOFTWARE=1
export ADW_DISABLE_PORTAL=1 OTO_AUDIO_SINK="${OTO_AUDIO_SINK:-fakesink sync=true}" LC_ALL=C.UTF-8
unset GTK_THEME WAYLAND_DISPLAY DISPLAY
dbus-run-session -- xvfb-run -a -s "-screen 0 1400x1000x24 -dpi 96 -nolisten tcp" "$@"
