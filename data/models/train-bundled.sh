#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The recipe of the bundled models: data/models/train-bundled.sh DATA WORK
# DATA holds events.csv and scenes.csv with their audio (columns as in `man oto`, remix); WORK is a
# folder for the data set and the runs. The models replace the bundled ones; build again afterwards.
set -euo pipefail
[ $# = 2 ] || { sed -n '3,5s/^# //p' "$0"; exit 2; }
data=$1 work=$2
models=$(cd "$(dirname "$0")" && pwd)
oto=${OTO:-oto}

mkdir -p "$work"
# 28 classes whose clips may be passed on, over scenes that may, half of both synthesised where
# they can be. Random onsets: the published 0.5, 3.0 and 5.5 s would teach the network positions.
[ -d "$work/remix" ] || "$oto" remix --events "$data/events.csv" --scenes "$data/scenes.csv" \
  --licence 'clip CC0' --licence 'clip CC BY' \
  --scene-licence CC0 --scene-licence 'CC BY' --scene-licence 'public domain' \
  --synthetic 0.5 --onsets random --events-per-clip 1:4 --snr 5:25 \
  --clips 3000 --seed 1234 -o "$work/remix"

# train SYSTEM EPOCHS [OPTION…]
train () {
  if [ -d "$work/$1" ]; then
    "$oto" train --resume "$work/$1" --epochs "$2"
  else
    "$oto" train --system "$1" --data "$work/remix" --fold 4 --width 0.25 --batch 8 \
      --epochs "$2" --lr 0.001 --seed 1 --threads 2 "${@:3}" -o "$work/$1"
  fi
  cp "$work/$1/best.safetensors" "$models/$1.safetensors"
}
train 2apae-local 32 --alpha 0.001
train 2apae 24 --alpha 0.001
train gap 24
train gmp 24
train gwrp 24
"$oto" evaluate --data "$work/remix" --fold 4 \
  "$models"/{2apae-local,2apae,gap,gmp,gwrp}.safetensors
