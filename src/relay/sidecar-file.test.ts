import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealingKey } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { readSidecar } from './read-sidecar.ts'
import type { SidecarEntry, SpooledImage, SpooledReply } from './sidecar-entry.ts'
import { SidecarFile, sidecarPath } from './sidecar-file.ts'

const keyOf = (letter: string) => sealingKey(new Secret(Buffer.alloc(32, letter).toString('base64')), 'spool sidecars')
const key = keyOf('a')
const attemptId = 'att_1'
const prompt = 'a fox that nobody may read of'
const head = { httpStatus: 200, requestId: 'req_1', firstByteMs: 12 }
const call: SidecarEntry = { kind: 'call', format: 1, subject: { prompt, reserve: 5_920_000n }, head }
const image: SpooledImage = { file: 'att_1-0.part', sha256: 'ab', bytes: 7, canonical: true, origin: null }
const reply: SpooledReply = {
  ended: 'whole',
  cause: null,
  images: [],
  partials: { count: 0, images: [] },
  documents: [{ usage: { output_tokens: 196 } }],
  errorFrame: null,
  bytesReceived: 100,
  outline: [{ literal: Buffer.from('{"data":') }, { image: 0 }],
  response: null,
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-sidecar-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Writes a sidecar as a process leaves it that dies. */
async function left(...entries: SidecarEntry[]): Promise<string> {
  const file = new SidecarFile({ folder, attemptId, key })
  await Promise.all(entries.map((entry) => file.append(entry)))
  await file.close()
  return sidecarPath({ folder, attemptId })
}

const read = (change: { attemptId?: string; key?: typeof key } = {}) => readSidecar({ folder, attemptId, key, ...change })

describe('a sidecar', () => {
  it('tells what was written, amounts and bytes as they were', async () => {
    await left(call, { kind: 'image', image }, { kind: 'response', response: { id: 'resp_1' } }, { kind: 'end', reply })
    expect(await read()).toEqual({ call, images: [image], response: { id: 'resp_1' }, reply })
  })

  it('holds no word of the prompt that can be read without the key', async () => {
    const text = await readFile(await left(call), 'latin1')
    for (const word of prompt.split(' ').filter((each) => each.length > 3)) expect(text).not.toContain(word)
    expect(text).not.toContain(Buffer.from(prompt).toString('base64url').slice(4, 24))
  })

  it.each([1, 2, 3, 4])('that was cut within line %i tells the lines before it', async (torn) => {
    const path = await left(call, { kind: 'image', image }, { kind: 'response', response: { id: 'resp_1' } }, { kind: 'end', reply })
    const lines = (await readFile(path, 'latin1')).split('\n')
    await truncate(path, lines.slice(0, torn).join('\n').length - 3)
    const found = await read()
    if (torn === 1) return expect(found).toBe('empty')
    expect(found).toEqual({ call, images: torn > 2 ? [image] : [], response: torn > 3 ? { id: 'resp_1' } : null, reply: null })
  })

  it('tells the last word on an image that it was told of twice', async () => {
    const named = { ...image, origin: { item: { id: 'ig_1' }, itemId: 'ig_1', outputIndex: 0 } }
    await left(call, { kind: 'image', image }, { kind: 'image', image: named })
    expect(await read()).toMatchObject({ images: [named] })
  })

  it('of another attempt, with another master key, of another form or changed by a byte is foreign', async () => {
    const path = await left(call, { kind: 'end', reply })
    await copyFile(path, sidecarPath({ folder, attemptId: 'att_2' }))
    expect(await read({ attemptId: 'att_2' })).toBe('foreign')
    expect(await read({ key: keyOf('b') })).toBe('foreign')
    const text = await readFile(path, 'latin1')
    await writeFile(path, `${text.slice(0, 40)}${text[40] === 'A' ? 'B' : 'A'}${text.slice(41)}`)
    expect(await read()).toBe('foreign')
    await rm(path)
    await left({ ...call, format: 2 as 1 })
    expect(await read()).toBe('foreign')
  })

  it('whose disk refuses says so, and takes nothing more', async () => {
    const file = new SidecarFile({ folder: join(folder, 'nowhere'), attemptId, key })
    await expect(file.append(call)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(file.append({ kind: 'end', reply })).rejects.toMatchObject({ code: 'ENOENT' })
    await file.remove()
  })
})
