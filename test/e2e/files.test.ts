import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scene } from '../support/edit-pictures.ts'
import { ledgerLines, readRecord, seeReply } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { keyOfAnotherProject } from './another-project.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'
import { servePictures } from './picture-server.ts'

let gateway: TestGateway
let client: OpenAI
beforeAll(async () => {
  gateway = await startTestGateway()
  client = gateway.client()
})
afterAll(() => gateway.close())

let hue = 0
/** A picture that no other test has. */
const picture = () => scene(128, 80, hue++)
const png = (bytes: Buffer, name = 'room.png') => toFile(bytes, name, { type: 'image/png' })
const upload = async (bytes: Buffer, by = client) => by.files.create({ file: await png(bytes), purpose: 'vision' })
const contentOf = async (id: string, by = client) => Buffer.from(await (await by.files.content(id)).arrayBuffer())

/** The client of another project. */
async function strangersClient(own: TestGateway): Promise<OpenAI> {
  return own.client({ apiKey: await keyOfAnotherProject(own) })
}

/** An edit of a kept file. @returns id of its generation. */
async function editOf(fileId: string): Promise<string> {
  const body = { model: 'gpt-image-2', prompt: 'a lamp', size: '1024x640', quality: 'low', images: [{ file_id: fileId }] }
  const headers = { 'content-type': 'application/json' }
  const seen = await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: JSON.stringify(body), headers }))
  expect(seen.status).toBe(200)
  return seen.generationId!
}

/** True while the bytes are in the store. */
async function isStored(bytes: Buffer): Promise<boolean> {
  const { database } = gateway.gateway.parts
  const rows = await database.read(database.sql.selectFrom('objects').select('path').where('sha256', '=', sha256(bytes)))
  return rows.length === 1
}

describe('files with the official client', () => {
  it('are kept byte for byte and shown as OpenAI shows them', async () => {
    const bytes = picture()
    const file = await upload(bytes)
    expect(file).toMatchObject({ object: 'file', bytes: bytes.length, filename: 'room.png', purpose: 'vision', status: 'processed' })
    expect(await client.files.retrieve(file.id)).toEqual(file)
    expect(await contentOf(file.id)).toEqual(bytes)
    expect(Math.abs(file.created_at - Date.now() / 1000)).toBeLessThan(60)
  })

  it('are listed page by page, newest first or last', async () => {
    await using own = await startTestGateway()
    const mine = own.client()
    const made: string[] = []
    for (let count = 0; count < 5; count++) made.push((await upload(picture(), mine)).id)
    const listed = async (order: 'asc' | 'desc') => {
      const ids: string[] = []
      for await (const file of mine.files.list({ limit: 2, order, purpose: 'vision' })) ids.push(file.id)
      return ids
    }
    expect(await listed('asc')).toEqual(made)
    expect(await listed('desc')).toEqual([...made].reverse())
  })

  it('cost nothing and call nobody', async () => {
    await using own = await startTestGateway()
    await upload(picture(), own.client())
    expect(own.gateway.sandbox!.calls.posts()).toBe(0)
    expect(await ledgerLines(own)).toEqual([])
  })

  it.each([
    ['no picture', Buffer.from('hello'), 'vision', 'invalid_image_file'],
    ['for another purpose', picture(), 'fine-tune', 'invalid_value'],
  ])('are refused: %s', async (_what, bytes, purpose, code) => {
    const refused = client.files.create({ file: await png(bytes), purpose: purpose as 'vision' })
    await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError)
    await expect(refused).rejects.toMatchObject({ code })
    expect((await untidiness(gateway)).filesWithoutRow).toEqual([])
  })
})

describe('a picture at an address', () => {
  const fetchFile = (own: TestGateway, body: object) =>
    own.fetch('/v2/files/fetch', { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

  it('is fetched by the gateway and kept like an upload', async () => {
    const bytes = picture()
    await using pictures = await servePictures({ '/a/r%C3%B6om.png': bytes, '/no-picture': Buffer.from('hello') })
    await using own = await startTestGateway({ yaml: `version: 1\noutbound: { allow: ['${pictures.origin}'] }` })
    const answer = await fetchFile(own, { url: `${pictures.origin}/a/r%C3%B6om.png?key=1`, expires_after_seconds: 3600 })
    const file = (await answer.json()) as OpenAI.FileObject
    expect(file).toMatchObject({ filename: 'röom.png', bytes: bytes.length, purpose: 'vision' })
    expect(file.expires_at! - file.created_at).toBe(3600)
    expect(await contentOf(file.id, own.client())).toEqual(bytes)
    for (const [url, code] of [
      [`${pictures.origin}/none.png`, 'failed_to_download_image'],
      [`${pictures.origin}/no-picture`, 'invalid_image_file'],
      ['https://127.0.0.1/a.png', 'failed_to_download_image'],
      ['http://pictures.example/a.png', 'invalid_image_url'],
      ['data:image/png;base64,AAAA', 'invalid_image_url'],
    ])
      expect([url, await (await fetchFile(own, { url })).json()]).toEqual([
        url,
        { error: expect.objectContaining({ code, outcome: 'not_charged' }) },
      ])
    expect((await untidiness(own)).filesWithoutRow).toEqual([])
  })
})

describe('a file of another project', () => {
  it('B70 is not there: to look at, to read, to list, to delete', async () => {
    const stranger = await strangersClient(gateway)
    const file = await upload(picture())
    for (const attempt of [
      () => stranger.files.retrieve(file.id),
      () => stranger.files.content(file.id),
      () => stranger.files.delete(file.id),
    ])
      await expect(attempt()).rejects.toMatchObject({ status: 404, code: 'file_not_found' })
    expect((await stranger.files.list()).data).toEqual([])
    await expect(stranger.files.list({ after: file.id })).rejects.toMatchObject({ status: 400 })
    expect((await client.files.retrieve(file.id)).id).toBe(file.id)
  })

  it('may hold the same bytes: each project has its own, and the bytes stay while one of them has', async () => {
    await using own = await startTestGateway()
    const [mine, stranger, bytes] = [own.client(), await strangersClient(own), picture()]
    const [first, second] = [await upload(bytes, mine), await upload(bytes, stranger)]
    expect(first.id).not.toBe(second.id)
    await mine.files.delete(first.id)
    expect(await contentOf(second.id, stranger)).toEqual(bytes)
    await stranger.files.delete(second.id)
    expect(await untidiness(own)).toEqual(tidy)
    expect((await rehash(own.dataFolder)).files).toBe(0)
  })
})

describe('a file that is deleted', () => {
  it('takes bytes along that nobody uses', async () => {
    const bytes = picture()
    const file = await upload(bytes)
    expect(await isStored(bytes)).toBe(true)
    expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true })
    expect(await isStored(bytes)).toBe(false)
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 })
    await expect(client.files.delete(file.id)).rejects.toMatchObject({ status: 404 })
  })

  it('leaves bytes that an edit was made from', async () => {
    const bytes = picture()
    const file = await upload(bytes)
    const generationId = await editOf(file.id)
    await client.files.delete(file.id)
    expect(await isStored(bytes)).toBe(true)
    const { input_images } = (await readRecord(gateway, generationId)).request_shape
    expect(input_images).toMatchObject([{ source: 'file', source_ref: file.id, sha256: sha256(bytes) }])
    const again = client.images.edit({ image: await png(bytes), model: 'gpt-image-2', prompt: 'x', size: '1024x640', quality: 'low' })
    expect((await again).data).toHaveLength(1)
  })

  it('B117 is gone for the next edit', async () => {
    const file = await upload(picture())
    await client.files.delete(file.id)
    const posts = gateway.gateway.sandbox!.calls.posts()
    const body = { model: 'gpt-image-2', prompt: 'a lamp', images: [{ file_id: file.id }] }
    const headers = { 'content-type': 'application/json' }
    const seen = await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: JSON.stringify(body), headers }))
    expect(seen).toMatchObject({ status: 404, error: { code: 'file_not_found', outcome: 'not_charged' } })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(posts)
  })
})

describe('a file that was kept for a time', () => {
  it('B117 is gone when it is over, and its bytes with the next start', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-files-'))
    const clock = movedClock()
    const first = await startTestGateway({ dataFolder, clock })
    const [mine, bytes] = [first.client(), picture()]
    const file = await mine.files.create({
      file: await png(bytes),
      purpose: 'vision',
      expires_after: { anchor: 'created_at', seconds: 3600 },
    })
    expect(file.expires_at).toBe(file.created_at + 3600)
    clock.move(3_590_000)
    expect(await contentOf(file.id, mine)).toEqual(bytes)
    clock.move(20_000)
    await expect(mine.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 })
    expect((await mine.files.list()).data).toEqual([])
    await first.close()
    expect((await rehash(dataFolder)).files).toBe(1)

    await using next = await startTestGateway({ dataFolder, clock })
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(dataFolder)).files).toBe(0)
    await next.close()
    await rm(dataFolder, { recursive: true, force: true })
  })
})
