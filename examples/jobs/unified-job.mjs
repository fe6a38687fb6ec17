// Draws a picture anew as a job, in the words of the unified job API, and prints the address of the result. DARKROOM_KEY is a Darkroom key.
const baseUrl = 'http://127.0.0.1:4100'
const headers = { 'X-API-Key': process.env.DARKROOM_KEY, 'Content-Type': 'application/json' }

const submitted = await fetch(`${baseUrl}/v2/images/generate`, {
  method: 'POST',
  headers,
  body: JSON.stringify({
    prompt: 'The same harbour at night, with lanterns',
    model: 'gpt-image-2',
    gptImage2Params: {
      input_images: 'https://example.com/harbour.png',
      quality: 'auto',
      background: 'auto',
      number_of_images: 1,
    },
  }),
})
if (!submitted.ok) throw new Error(await submitted.text())
const { jobId } = await submitted.json()

// It ends on these two alone: an outcome that nobody knows yet reads PROCESSING, so that no loop pays twice.
let job
for (;;) {
  const answer = await fetch(`${baseUrl}/v2/jobs/${jobId}`, { headers })
  if (!answer.ok) throw new Error(await answer.text())
  job = await answer.json()
  if (job.status === 'COMPLETED' || job.status === 'FAILED') break
  await new Promise((resolve) => setTimeout(resolve, 2000))
}
if (job.status === 'FAILED') throw new Error(job.error.message)
console.log(job.result)
