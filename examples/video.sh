#!/bin/sh
# Upscales a video: ffmpeg takes it apart, the net doubles each frame, ffmpeg puts it together with the sound of the original.
#
#     sh examples/video.sh in.mp4 out.mp4 2
set -eu
in=$1 out=$2 scale=${3:-2}
size=$(ffprobe -v error -select_streams v:0 -show_entries stream=width,height -of csv=p=0:s=x "$in")
rate=$(ffprobe -v error -select_streams v:0 -show_entries stream=r_frame_rate -of csv=p=0 "$in")
larger=$(echo "$size" | awk -F x -v s="$scale" '{ printf "%dx%d", $1 * s + 0.5, $2 * s + 0.5 }')
ffmpeg -v error -i "$in" -f rawvideo -pix_fmt rgb24 - |
  ${SIDEWINDER:-sidewinder} restore --frames "$size@rgb24" - -o - --scale "$scale" |
  ffmpeg -v error -f rawvideo -pix_fmt rgb24 -s "$larger" -r "$rate" -i - -i "$in" -map 0:v -map 1:a? -c:a copy \
    -pix_fmt yuv420p "$out"
