# Draws a picture anew as a job, in the words of the unified job API, and prints the address of the result. DARKROOM_KEY is a Darkroom key.
import os
import time

import requests

BASE_URL = "http://127.0.0.1:4100"
HEADERS = {"X-API-Key": os.environ["DARKROOM_KEY"]}

submitted = requests.post(
    f"{BASE_URL}/v2/images/generate",
    headers=HEADERS,
    json={
        "prompt": "The same harbour at night, with lanterns",
        "model": "gpt-image-2",
        "gptImage2Params": {
            "input_images": "https://example.com/harbour.png",
            "quality": "auto",
            "background": "auto",
            "number_of_images": 1,
        },
    },
    timeout=60,
)
submitted.raise_for_status()
job_id = submitted.json()["jobId"]

# It ends on these two alone: an outcome that nobody knows yet reads PROCESSING, so that no loop pays twice.
while True:
    answer = requests.get(f"{BASE_URL}/v2/jobs/{job_id}", headers=HEADERS, timeout=60)
    answer.raise_for_status()
    job = answer.json()
    if job["status"] in ("COMPLETED", "FAILED"):
        break
    time.sleep(2)

if job["status"] == "FAILED":
    raise SystemExit(job["error"]["message"])
print(job["result"])
