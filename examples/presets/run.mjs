// Makes one of the examples beside this file and saves its picture: node run.mjs poster. DARKROOM_KEY is a Darkroom key.
// An example with an edit beside it (portrait) goes on with that: the picture it made is edited, and both are saved.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const baseUrl = 'http://127.0.0.1:4100'
const authorization = `Bearer ${process.env.DARKROOM_KEY}`
const name = process.argv[2] ?? 'poster'
const read = (file) => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))

/** Sends a call and saves its picture. */
async function make(path, init, file) {
  const answer = await fetch(baseUrl + path, { ...init, method: 'POST', headers: { ...init.headers, authorization } })
  if (!answer.ok) throw new Error(await answer.text())
  const { data } = await answer.json()
  const bytes = Buffer.from(data[0].b64_json, 'base64')
  writeFileSync(file, bytes)
  console.log(`${file}, record ${answer.headers.get('x-darkroom-generation')}`)
  return bytes
}

const example = read(`${name}.json`)
const file = `${name}.${example.output_format}`
const json = { body: JSON.stringify(example), headers: { 'content-type': 'application/json' } }
const picture = await make('/v1/images/generations', json, file)

if (existsSync(join(import.meta.dirname, `${name}-edit.json`))) {
  const form = new FormData()
  for (const [field, value] of Object.entries(read(`${name}-edit.json`))) form.append(field, value)
  form.append('image', new Blob([picture], { type: `image/${example.output_format}` }), file)
  await make('/v1/images/edits', { body: form }, `${name}-edit.${example.output_format}`)
}
