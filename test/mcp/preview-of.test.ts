import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PREVIEW_BYTES, previewOrNothing } from '../../src/mcp/preview-of.ts'
import { openPixelPool, type PixelPool } from '../../src/pixels/index.ts'
import { scene } from '../support/edit-pictures.ts'

let pool: PixelPool
let folder: string
beforeAll(async () => {
  pool = openPixelPool()
  folder = await mkdtemp(join(tmpdir(), 'darkroom-preview-'))
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function preview(bytes: Buffer, mediaType: string | null) {
  const path = join(folder, 'image')
  await writeFile(path, bytes)
  return previewOrNothing(pool, { path, bytes: bytes.length, mediaType, folder, [Symbol.asyncDispose]: async () => {} })
}

describe('previewOrNothing', () => {
  it('gives a small picture as it is', async () => {
    const picture = scene(64, 64)
    expect(await preview(picture, 'image/png')).toEqual({ base64: picture.toString('base64'), mediaType: 'image/png' })
  })

  it('gives nothing of a file that no model reads, and of a large one that cannot be decoded', async () => {
    expect(await preview(scene(64, 64), 'image/svg+xml')).toBeNull()
    expect(await preview(scene(64, 64), null)).toBeNull()
    expect(await preview(randomBytes(PREVIEW_BYTES + 1), 'image/png')).toBeNull()
  })
})
