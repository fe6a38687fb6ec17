import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorObject } from '../../src/contract/record.ts'
import { newId } from '../../src/primitives/ids.ts'
import { maskWithHoles } from '../support/edit-pictures.ts'
import { ledgerLines } from '../support/generation-calls.ts'
import { exchange, openSocket, rawRequest } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { tidy, untidiness } from './data-folder-state.ts'
import {
  animatedPng,
  animation,
  deepPng,
  evenAlpha,
  jpegOf,
  multiPictureJpeg,
  pixelBomb,
  pngWithoutAlpha,
  printedJpeg,
} from './odd-pictures.ts'
import { type PictureServer, servePictures } from './picture-server.ts'
import { checkedError, dataUrl, fields, file, from, mask, masked, room, type Sent, send } from './raw-edits.ts'
import { FORM_TYPE, filePart, rawForm, textPart, textParts } from './raw-form.ts'

const MIB = 1024 * 1024

describe('an edit that cannot be made', () => {
  /** Gets refused calls only: at the end there must be no trace of any of them. */
  let gateway: TestGateway
  let hidden: PictureServer

  beforeAll(async () => {
    gateway = await startTestGateway()
    hidden = await servePictures({ '/room.png': room })
  })
  afterEach(async () => {
    expect(await untidiness(gateway)).toEqual(tidy)
  })
  afterAll(async () => {
    const { database } = gateway.gateway.parts
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(0)
    expect(await ledgerLines(gateway)).toEqual([])
    expect(await database.read(database.sql.selectFrom('generations').select('id'))).toEqual([])
    expect(await database.read(database.sql.selectFrom('generation_inputs').select('id'))).toEqual([])
    expect(hidden.asked).toEqual([])
    await gateway.close()
    await hidden[Symbol.asyncDispose]()
  })

  async function refusalOf(sent: Sent): Promise<ErrorObject & { status: number }> {
    const response = await send(gateway, sent)
    return checkedError(response.status, await response.text())
  }

  it.each<[string, () => Sent | Promise<Sent>, RegExp]>([
    ['B94 an empty one', () => file(''), /empty/],
    ['B99 a truncated PNG', () => file(room.subarray(0, room.length / 2)), /cut off/],
    ['B99 a truncated JPEG', async () => file((await jpegOf(64, 40)).subarray(0, 900)), /cut off|damaged/],
    ['an animated WebP', async () => file(await animation('webp')), /animated/],
    ['an animated PNG', async () => file(await animatedPng()), /animated/],
    ['B102 an animated GIF', async () => file(await animation('gif')), /GIF/],
    ['B106 a JPEG in CMYK', async () => file(await printedJpeg()), /CMYK/],
    ['B106 a PNG of 16 bits a channel', async () => file(await deepPng()), /16 bits/],
    ['an MPO', async () => file(await multiPictureJpeg()), /several pictures/],
    ['B101 an SVG', () => file('<svg xmlns="http://www.w3.org/2000/svg"/>', 'x.svg', 'image/svg+xml'), /SVG/],
    ['B101 an HTML page named .png', () => file('<!DOCTYPE html><html></html>', 'room.png', 'image/png'), /HTML/],
    ['a data URL of text', () => from({ image_url: `data:image/png;base64,${Buffer.from('hello').toString('base64')}` }), /text/],
    ['a data URL of a page', () => from({ image_url: dataUrl(Buffer.from('<html></html>'), 'text/html') }), /HTML/],
  ])('%s is no picture that can be read', async (_what, sent, message) => {
    const { status, code, type, message: said } = await refusalOf(await sent())
    expect({ status, code, type }).toEqual({ status: 400, code: 'invalid_image_file', type: 'image_generation_user_error' })
    expect(said).toMatch(message)
  })

  it('B97 a bomb: 260 megapixels in a file of 250 KB', async () => {
    expect(await refusalOf(file(pixelBomb()))).toMatchObject({
      status: 400,
      code: 'image_too_many_pixels',
      param: 'image',
      message: expect.stringContaining('16125x16125'),
    })
  })

  it.each<[string, () => Sent | Promise<Sent>, RegExp]>([
    ['a mask that is a JPEG', async () => masked(await jpegOf(256, 160)), /found jpeg, expected a PNG/],
    ['B109 a mask that is opaque everywhere', async () => masked(await evenAlpha(256, 160, 255)), /no fully transparent pixel/],
    ['B109 a mask without alpha', async () => masked(await pngWithoutAlpha(256, 160)), /without an alpha channel/],
    [
      'B108 a mask of another size',
      () => masked(maskWithHoles(160, 256, [{ x: 9, y: 9, width: 9, height: 9 }])),
      /found 160x256, image is 256x160/,
    ],
    [
      'a mask over a picture of another format',
      async () => ({ parts: [filePart('image', await jpegOf(256, 160)), filePart('mask', mask)] }),
      /PNG mask over a jpeg/,
    ],
  ])('%s is refused', async (_what, sent, message) => {
    const { status, code, message: said } = await refusalOf(await sent())
    expect({ status, code }).toEqual({ status: 400, code: 'invalid_mask_image_format' })
    expect(said).toMatch(message)
  })

  it.each<[string, () => Sent, number, string, string | null]>([
    [
      'B114 another boundary than announced',
      () => ({ parts: [filePart('image', room)], contentType: 'multipart/form-data; boundary=x' }),
      400,
      'invalid_multipart',
      null,
    ],
    ['B114 no boundary', () => ({ parts: [filePart('image', room)], contentType: 'multipart/form-data' }), 400, 'invalid_multipart', null],
    ['B114 no end', () => ({ parts: [filePart('image', room)], end: '' }), 400, 'invalid_multipart', null],
    ['no picture', () => ({ parts: [] }), 400, 'missing_required_parameter', 'image'],
    ['a picture as text', () => ({ parts: [textPart('image', 'room.png')] }), 400, 'invalid_type', 'image'],
    ['a picture under another name', () => ({ parts: [filePart('photo', room)] }), 400, 'unexpected_file_part', 'photo'],
    ["JSON's name, images", () => ({ parts: [filePart('images', room)] }), 400, 'invalid_value', 'images'],
    ['a field twice', () => ({ parts: [textPart('prompt', 'again'), filePart('image', room)] }), 400, 'duplicate_key', 'prompt'],
    [
      'two masks',
      () => ({ parts: [filePart('image', room), filePart('mask', mask), filePart('mask', mask)] }),
      400,
      'duplicate_key',
      'mask',
    ],
    [
      'B111 17 pictures',
      () => ({ parts: Array.from({ length: 17 }, () => filePart('image[]', room)) }),
      400,
      'array_above_max_length',
      'image',
    ],
    [
      'B111 40 pictures',
      () => ({ parts: Array.from({ length: 40 }, () => filePart('image[]', room)) }),
      400,
      'array_above_max_length',
      'image',
    ],
    ['a picture of 51 MB', () => file(Buffer.alloc(51 * MIB)), 413, 'image_too_large', 'image'],
  ])('%s in a form', async (_what, sent, status, code, param) => {
    expect(await refusalOf(sent())).toMatchObject({ status, code, param })
  })

  it.each<[string, () => Sent, number, string, string | null]>([
    ["a form's name, image", () => ({ json: { image: dataUrl(room) } }), 400, 'invalid_value', 'image'],
    ['no pictures', () => ({ json: {} }), 400, 'missing_required_parameter', 'images'],
    ['an empty list', () => ({ json: { images: [] } }), 400, 'empty_array', 'images'],
    [
      'B111 17 pictures',
      () => ({ json: { images: Array.from({ length: 17 }, () => ({ image_url: dataUrl(room) })) } }),
      400,
      'array_above_max_length',
      'images',
    ],
    ['an address and a file at once', () => from({ image_url: dataUrl(room), file_id: newId('file') }), 400, 'invalid_value', 'images[0]'],
    ['B93 bad base64', () => from({ image_url: 'data:image/png;base64,iVBOR*w0KGgo=' }), 400, 'invalid_value', 'images[0].image_url'],
    ['a data URL that is not base64', () => from({ image_url: 'data:text/plain,hello' }), 400, 'invalid_value', 'images[0].image_url'],
    [
      'half a body',
      () => ({ text: '{"model":"gpt-image-2","images":[{"image_url":"data:image/png;base64,iVBO' }),
      400,
      'invalid_json',
      null,
    ],
    ['no address at all', () => from({ image_url: '../room.png' }), 400, 'invalid_value', 'images[0].image_url'],
    ['B83 an http address', () => from({ image_url: 'http://example.com/room.png' }), 400, 'invalid_image_url', 'images[0].image_url'],
    ['B83 a file address', () => from({ image_url: 'file:///etc/passwd' }), 400, 'invalid_image_url', 'images[0].image_url'],
    [
      'B84 an address with a password',
      () => from({ image_url: 'https://me:pw@example.com/' }),
      400,
      'invalid_image_url',
      'images[0].image_url',
    ],
    [
      'B78 a loopback address',
      () => from({ image_url: 'https://127.0.0.1/room.png' }),
      400,
      'failed_to_download_image',
      'images[0].image_url',
    ],
    [
      'B78 loopback spelt otherwise',
      () => from({ image_url: 'https://0x7f.1/room.png' }),
      400,
      'failed_to_download_image',
      'images[0].image_url',
    ],
    [
      'B78 loopback in IPv6',
      () => from({ image_url: 'https://[::ffff:127.0.0.1]/' }),
      400,
      'failed_to_download_image',
      'images[0].image_url',
    ],
    [
      'B78 a name for loopback',
      () => from({ image_url: 'https://localhost/room.png' }),
      400,
      'failed_to_download_image',
      'images[0].image_url',
    ],
    [
      "B77 a cloud's metadata",
      () => from({ image_url: 'https://169.254.169.254/latest/' }),
      400,
      'failed_to_download_image',
      'images[0].image_url',
    ],
    ['B117 an unknown file', () => from({ file_id: newId('file') }), 404, 'file_not_found', 'images[0].file_id'],
    ['an id of upstream', () => from({ file_id: 'file-abc123' }), 404, 'file_not_found', 'images[0].file_id'],
    ['B117 a path for an id', () => from({ file_id: '../../darkroom.db' }), 404, 'file_not_found', 'images[0].file_id'],
  ])('%s in JSON', async (_what, sent, status, code, param) => {
    expect(await refusalOf(sent())).toMatchObject({ status, code, param })
  })

  it("a real server on this machine's loopback, which nobody opened: it is never asked", async () => {
    expect(await refusalOf(from({ image_url: `${hidden.origin}/room.png` }))).toMatchObject({ code: 'invalid_image_url' })
    const encrypted = hidden.origin.replace('http:', 'https:')
    expect(await refusalOf(from({ image_url: `${encrypted}/room.png` }))).toMatchObject({ code: 'failed_to_download_image' })
  })

  it("what lies below a picture's own address is not the picture", async () => {
    const heatMap = `${gateway.url}/v2/images/${newId('img')}/drift/heat-map`
    expect(await refusalOf(from({ image_url: heatMap }))).toMatchObject({ status: 400, code: 'invalid_image_url' })
    expect(await refusalOf(from({ image_url: `${gateway.url}/v2/images/${newId('img')}` }))).toMatchObject({ status: 404 })
  })

  it('a body that announces more than is taken, before any of it is read', async () => {
    const head = { Host: 'localhost', Authorization: `Bearer ${gateway.key}`, 'Content-Type': FORM_TYPE }
    const answer = await exchange(gateway.url, rawRequest('POST /v1/images/edits', { ...head, 'Content-Length': String(202 * MIB) }))
    expect(checkedError(answer.status!, answer.body)).toMatchObject({ status: 413, code: 'body_too_large' })
  })

  it('a body that grows beyond what is taken without announcing it', async () => {
    const { hostname, port } = new URL(gateway.url)
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': FORM_TYPE }
    const upload = request({ hostname, port, path: '/v1/images/edits', method: 'POST', headers }).on('error', () => undefined)
    const answered = once(upload, 'response')
    const piece = Buffer.alloc(MIB, ' ')
    for (let sent = 0; sent < 202; sent++) if (!upload.write(piece)) await Promise.race([once(upload, 'drain'), answered])
    const [reply] = await answered
    let text = ''
    for await (const bytes of reply) text += bytes
    upload.destroy()
    expect(checkedError(reply.statusCode, text)).toMatchObject({ status: 413, code: 'body_too_large' })
  })

  it.each([
    ['in the middle of a picture', FORM_TYPE, rawForm([...textParts(fields), filePart('image', Buffer.alloc(MIB))]).subarray(0, MIB / 2)],
    ['in the middle of a data URL', 'application/json', Buffer.from(`{"images":[{"image_url":"data:image/png;base64,${'A'.repeat(MIB)}`)],
  ])('a client that hangs up %s leaves nothing', async (_where, contentType, body) => {
    const spool = join(gateway.dataFolder, 'spool')
    const socket = await openSocket(gateway.url)
    const head = { Host: 'localhost', Authorization: `Bearer ${gateway.key}`, 'Content-Type': contentType }
    socket.write(rawRequest('POST /v1/images/edits', { ...head, 'Content-Length': String(9 * MIB) }))
    socket.write(body)
    while ((await readdir(spool, { recursive: true })).length < 2) await wait(5)
    socket.destroy()
    while ((await readdir(spool)).length > 0) await wait(5)
  })
})
