import { createHash, randomBytes } from 'node:crypto'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readImageJson } from '../relay/index.ts'
import { contentType, filePart, formBody, inPieces } from './fixtures/form-body.ts'
import { testFolder } from './fixtures/intake-server.ts'
import { removeLeftInputs, takeInEdit, writeInput } from './index.ts'

describe('writeInput', () => {
  it('writes what comes to a private file and says its hash', async () => {
    await using folder = await testFolder()
    const bytes = randomBytes(1_000_000)
    const written = await writeInput(inPieces(bytes, [65_536, 7]), { folder: folder.path, name: 'gen_1', limitBytes: bytes.length })
    expect(written).toMatchObject({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    expect((await readFile(written.path)).equals(bytes)).toBe(true)
    expect((await stat(written.path)).mode & 0o777).toBe(0o600)
  })

  it('leaves nothing when more comes than allowed, or the source breaks', async () => {
    await using folder = await testFolder()
    const options = { folder: folder.path, name: 'gen_1', limitBytes: 99 }
    await expect(writeInput(inPieces(Buffer.alloc(100), [10]), options)).rejects.toMatchObject({ code: 'image_too_large' })
    async function* breaking() {
      yield Buffer.from('x')
      throw new Error('reset')
    }
    await expect(writeInput(breaking(), options)).rejects.toThrow('reset')
    expect(await folder.names()).toEqual([])
  })
})

describe('the files of an intake', () => {
  it.each([
    ['a form', contentType, formBody([filePart('image[]', 'one'), filePart('image[]', 'two')])],
    ['JSON', 'application/json', Buffer.from('{"images":[{"image_url":"data:;base64,b25l"},{"image_url":"data:;base64,dHdv"}]}')],
  ])('are private, may be moved away, and the rest goes with it: %s', async (_, type, body) => {
    await using folder = await testFolder()
    const source = { contentType: type, contentLength: body.length, body: inPieces(body, [10]) }
    const intake = await takeInEdit(source, { folder: folder.path, name: 'req_1', readImageJson })
    for (const { path } of intake.uploads) expect((await stat(path)).mode & 0o777).toBe(0o600)
    const kept = join(folder.path, 'kept')
    await rename(intake.uploads[0]!.path, kept)
    await intake[Symbol.asyncDispose]()
    expect(await folder.names()).toEqual(['kept'])
    expect(await readFile(kept, 'utf8')).toBe('one')
  })

  it.each([
    ['a form', contentType, formBody([filePart('image', 'one')])],
    ['JSON', 'application/json', Buffer.from('{"images":[{"image_url":"data:;base64,b25l"}]}')],
  ])('are known again after the process died, and nothing else is touched: %s', async (_, type, body) => {
    await using folder = await testFolder()
    await writeFile(join(folder.path, 'att_1-0.part'), 'of the relay')
    const source = { contentType: type, contentLength: null, body: inPieces(body, [10]) }
    await takeInEdit(source, { folder: folder.path, name: 'req_1', readImageJson })
    await writeInput(inPieces(Buffer.from('x'), [1]), { folder: folder.path, name: 'gen_1', limitBytes: 1 })
    expect(await removeLeftInputs(folder.path)).toBe(2)
    expect(await folder.names()).toEqual(['att_1-0.part'])
  })
})
