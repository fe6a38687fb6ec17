import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForm, watchedInput } from '../edit-test-kit.ts'
import { editForm } from './edit-form.ts'
import { type Form, multipartBody } from './multipart-body.ts'

const nothing: Form = { fields: [], files: [] }
const fileOf = (content: Buffer) => ({ name: 'image', fileName: 'image-1.png', mediaType: 'image/png', content: watchedInput(content) })
const bytesOf = (form: Form, boundary?: string) => buffer(multipartBody(form, boundary).body.open())

describe('a multipart body', () => {
  it('is framed to the byte', async () => {
    const form = { fields: [{ name: 'prompt', value: 'a cat\nand "a dog"' }], files: [fileOf(Buffer.from('PNG')), fileOf(Buffer.from(''))] }
    const file = 'Content-Disposition: form-data; name="image"; filename="image-1.png"\r\nContent-Type: image/png\r\n\r\n'
    expect((await bytesOf(form, 'B')).toString()).toBe(
      `--B\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na cat\nand "a dog"\r\n--B\r\n${file}PNG\r\n--B\r\n${file}\r\n--B--\r\n`,
    )
    expect((await bytesOf(nothing, 'B')).toString()).toBe('--B--\r\n')
  })

  it('reads no file before it is sent', () => {
    const file = fileOf(Buffer.from('PNG'))
    multipartBody({ fields: [], files: [file] })
    expect(file.content.opened).toBe(0)
  })

  it('lets no name out of its quotes or its line', async () => {
    const name = 'a"\r\nContent-Type: text/html\r\n\r\n'
    const bytes = await bytesOf({ fields: [{ name, value: 'x' }], files: [] }, 'B')
    expect(bytes.toString()).toBe(
      '--B\r\nContent-Disposition: form-data; name="a%22%0D%0AContent-Type: text/html%0D%0A%0D%0A"\r\n\r\nx\r\n--B--\r\n',
    )
  })

  it('is as long as it says and is read back as it was, whatever is in it', async () => {
    const fields = fc.array(fc.record({ name: fc.stringMatching(/^[a-z_]{1,20}$/), value: fc.string({ unit: 'grapheme' }) }), {
      maxLength: 5,
    })
    const contents = fc.array(fc.uint8Array({ maxLength: 400 }).map(Buffer.from), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fields, contents, async (fields, contents) => {
        const { contentType, body } = multipartBody({ fields, files: contents.map(fileOf) })
        const bytes = await buffer(body.open())
        expect(bytes.length).toBe(body.byteLength)
        const form = await readForm({ headers: { 'content-type': contentType }, body: bytes })
        expect(form.fields).toEqual(fields.map(({ name, value }) => [name, value]))
        expect(form.files.map(({ sha256 }) => sha256)).toEqual(contents.map((content) => watchedInput(content).sha256))
      }),
    )
  })

  it('ends in an error before its closing boundary when a file is not as long as it said', async () => {
    const announced = (byteLength: number) => ({
      ...fileOf(Buffer.from('PNG')),
      content: watchedInput(Buffer.from('PNG'), { announcedBytes: byteLength }),
    })
    await expect(bytesOf({ fields: [], files: [announced(4)] })).rejects.toThrow('shorter')
    await expect(bytesOf({ fields: [], files: [announced(2)] })).rejects.toThrow('longer')
  })
})

describe('the form of an edit', () => {
  it('says each member of the body as text: strings as they are, the rest as JSON, nothing for null', () => {
    const body = { prompt: '"a" cat', n: 2, stream: true, output_compression: null, size: '1024x1024', svg: { model: 'm', deep: [1] } }
    expect(editForm({ body, inputs: [] }).fields).toEqual([
      { name: 'prompt', value: '"a" cat' },
      { name: 'n', value: '2' },
      { name: 'stream', value: 'true' },
      { name: 'size', value: '1024x1024' },
      { name: 'svg', value: '{"model":"m","deep":[1]}' },
    ])
  })
})
