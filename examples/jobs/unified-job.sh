#!/bin/sh
# Draws a picture anew as a job, in the words of the unified job API, and prints the address of the result. DARKROOM_KEY is a Darkroom key.
set -eu

job=$(curl -sS --fail-with-body http://127.0.0.1:4100/v2/images/generate \
  -H "X-API-Key: $DARKROOM_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "prompt": "The same harbour at night, with lanterns",
    "model": "gpt-image-2",
    "gptImage2Params": {
      "input_images": "https://example.com/harbour.png",
      "quality": "auto",
      "background": "auto",
      "number_of_images": 1
    }
  }')
id=$(printf '%s' "$job" | sed 's/.*"jobId":"\([^"]*\)".*/\1/')

# It ends on these two alone: an outcome that nobody knows yet reads PROCESSING, so that no loop pays twice.
while :; do
  job=$(curl -sS --fail-with-body "http://127.0.0.1:4100/v2/jobs/$id" -H "X-API-Key: $DARKROOM_KEY")
  case $(printf '%s' "$job" | sed 's/.*"status":"\([A-Z]*\)".*/\1/') in
    COMPLETED)
      printf '%s\n' "$job" | sed 's/.*"result":"\([^"]*\)".*/\1/'
      exit 0
      ;;
    FAILED)
      printf '%s\n' "$job" >&2
      exit 1
      ;;
  esac
  sleep 2
done
