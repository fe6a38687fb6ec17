import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ledgerLines, readRecord, seeReply } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { tidy, untidiness } from './data-folder-state.ts'
import { pngChunk, withChunk } from './odd-pictures.ts'
import { checkedError, file, from, room, type Sent, send } from './raw-edits.ts'
import { FORM_TYPE, filePart, rawForm, textPart, textParts } from './raw-form.ts'

const MIB = 1024 * 1024

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const text = (latin1: string) => Buffer.from(latin1, 'latin1')

/** A PNG that says it is so large, with hardly any pixels in it. */
function claiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const parts = [pngChunk('IHDR', header), pngChunk('IDAT', deflateSync(Buffer.alloc(64))), pngChunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

describe('a picture or form that is refused', () => {
  afterEach(async () => {
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(0)
    expect(await ledgerLines(gateway)).toEqual([])
    expect(await untidiness(gateway)).toEqual(tidy)
  })

  it.each<[string, () => Sent, number, string]>([
    ['B91 a data URL of 60 MB', () => from({ image_url: `data:image/png;base64,${'A'.repeat(60 * MIB)}` }), 400, 'string_above_max_length'],
    [
      'B93 base64 with a line break',
      () => from({ image_url: `data:image/png;base64,${room.toString('base64').slice(0, 40)}\n` }),
      400,
      'invalid_value',
    ],
    ['B93 base64 padded wrongly', () => from({ image_url: 'data:image/png;base64,iVBORw0KGgo' }), 400, 'invalid_value'],
    ['B95 the header of a PNG alone', () => file(room.subarray(0, 33)), 400, 'invalid_image_file'],
    ['B96 a PNG that claims a million pixels each way', () => file(claiming(1_000_000, 1_000_000)), 400, 'image_too_many_pixels'],
    ['B96 a PNG that claims four billion pixels each way', () => file(claiming(0xffffffff, 0xffffffff)), 400, 'invalid_image_file'],
    ['B101 a PDF', () => file('%PDF-1.7\n', 'room.png', 'image/png'), 400, 'invalid_image_file'],
    ['B101 a shell script', () => file('#!/bin/sh\nid\n', 'room.png', 'image/png'), 400, 'invalid_image_file'],
    ['B102 a TIFF', () => file(text('II*\0\x08\0\0\0')), 400, 'invalid_image_file'],
    ['B102 a BMP', () => file(text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0')), 400, 'invalid_image_file'],
    ['B102 an ICO', () => file(text('\0\0\x01\0\x01\0\x10\x10\0\0\x01\0')), 400, 'invalid_image_file'],
    ['B102 a PSD', () => file(text('8BPS\0\x01\0\0\0\0\0\0')), 400, 'invalid_image_file'],
    ['B103 a HEIC', () => file(text('\0\0\0\x18ftypheic\0\0\0\0mif1heic')), 400, 'invalid_image_file'],
    ['B103 an AVIF', () => file(text('\0\0\0\x18ftypavif\0\0\0\0mif1avif')), 400, 'invalid_image_file'],
    ['B112 1,000 parts', () => ({ parts: Array.from({ length: 1000 }, (_, at) => textPart(`f${at}`, 'x')) }), 413, 'too_many_parts'],
    ['B112 10,000 tiny fields', () => ({ parts: Array.from({ length: 10_000 }, () => textPart('n', '1')) }), 413, 'too_many_parts'],
    [
      'B114 a boundary of 1,000 characters',
      () => ({ parts: [filePart('image', room)], contentType: `multipart/form-data; boundary=${'b'.repeat(1000)}` }),
      400,
      'invalid_multipart',
    ],
    [
      'B114 a part with a head of 1 MB',
      () => ({ parts: [{ head: ['Content-Disposition: form-data; name="image"', `x: ${'y'.repeat(MIB)}`], content: room }] }),
      400,
      'invalid_multipart',
    ],
    ['B115 a field called __proto__', () => ({ parts: [textPart('__proto__', 'x'), filePart('image', room)] }), 400, 'unknown_parameter'],
    [
      'B115 a field called __proto__[x]',
      () => ({ parts: [textPart('__proto__[x]', 'x'), filePart('image', room)] }),
      400,
      'unknown_parameter',
    ],
    [
      'B115 a field called constructor[prototype][x]',
      () => ({ parts: [textPart('constructor[prototype][x]', 'x'), filePart('image', room)] }),
      400,
      'unknown_parameter',
    ],
  ])('%s', async (_what, sent, status, code) => {
    const response = await send(gateway, sent())
    expect(checkedError(response.status, await response.text())).toMatchObject({ status, code })
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})

/** A compressed comment of a PNG: 200 KB that unpack to 200 MB. */
function textBomb(): Buffer {
  return Buffer.concat([text('Comment\0\0'), deflateSync(Buffer.alloc(200 * MIB, 'a'))])
}

describe('an odd picture that is served', () => {
  async function served(sent: Sent) {
    const seen = await seeReply(send(gateway, sent))
    expect([seen.status, seen.error]).toEqual([200, null])
    return (await readRecord(gateway, seen.generationId!)).request_shape.input_images
  }
  const sketch = () => sharp(room)

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['B100 a PNG with a page behind it', () => Buffer.concat([room, text('<html><script>alert(1)</script></html>')])],
    ['B105 a PNG whose comment would unpack to 200 MB', () => withChunk(room, 'zTXt', textBomb())],
    ['B105 a PNG with a colour profile', () => sketch().withIccProfile('p3').png().toBuffer()],
    ['B106 a PNG with a palette and transparency', () => sketch().png({ palette: true }).toBuffer()],
    ['B106 a picture of one pixel', () => sketch().resize(1, 1).png().toBuffer()],
    [
      'B107 a photograph that is turned and says where it was taken',
      () =>
        sketch()
          .withExif({ IFD0: { Orientation: '6' }, IFD3: { GPSLatitude: '51/1' } })
          .jpeg()
          .toBuffer(),
    ],
  ])('%s: upstream gets its very bytes', async (_what, make) => {
    const bytes = await make()
    expect(await served(file(bytes))).toMatchObject([{ sha256: sha256(bytes) }])
    expect(
      gateway.gateway
        .sandbox!.calls.list()
        .at(-1)!
        .inputs!.map((input) => input.sha256),
    ).toEqual([sha256(bytes)])
  })

  it.each([
    ['B113 with a NUL', 'room\0.png'],
    ['B113 of 10,000 letters', `${'r'.repeat(10_000)}.png`],
    ['B53 with line breaks', 'a%0D%0Ax-injected: 1.png'],
  ])('%s in its file name: the name leads nowhere', async (_what, name) => {
    const body = rawForm([
      ...textParts({ model: 'gpt-image-2', prompt: 'x', size: '1024x640', quality: 'low' }),
      filePart('image', room, name),
    ])
    const seen = await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body, headers: { 'content-type': FORM_TYPE } }))
    expect(JSON.stringify([...seen.headers])).not.toContain('injected')
    if (seen.status === 200) {
      const [input] = (await readRecord(gateway, seen.generationId!)).request_shape.input_images
      expect(input!.source_ref?.length ?? 0).toBeLessThan(300)
      expect(input!.source_ref).not.toMatch(/[\0\r\n]/)
    } else expect(seen.error).toMatchObject({ code: 'invalid_multipart', outcome: 'not_charged' })
  })
})
