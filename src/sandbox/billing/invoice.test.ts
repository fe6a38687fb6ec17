import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Invoice, type InvoiceLine } from './invoice.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invoice-'))
})
afterEach(() => rm(folder, { recursive: true }))

const line: InvoiceLine = {
  ...{ book: 'image_api', at: '2026-11-20T00:00:00.000Z', request_id: 'req_1', client_request_id: null, response_id: null },
  ...{ model: 'gpt-image-2', operation: 'generate', size: '1024x1024', quality: 'low', n: 2, text_in: 16, text_cached_in: 0 },
  ...{ image_in: 0, image_cached_in: 0, image_out: 391, text_out: 0, partial_images: 0, nanos: '11810000' },
  charged_at_phase: 'model_run',
  face: null,
}

test('writes a line a call and sums them', async () => {
  const path = join(folder, 'deep', 'invoice.jsonl')
  const invoice = await Invoice.open(path)
  invoice.add(line)
  invoice.add({ ...line, n: 1, nanos: '1' })
  await invoice.close()
  expect(invoice.totals()).toEqual({ calls: 2, images: 3, nanos: 11_810_001n })
  expect(
    (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text).nanos),
  ).toEqual(['11810000', '1'])
})

test('has a line in the file as soon as it says so', async () => {
  const path = join(folder, 'invoice.jsonl')
  const invoice = await Invoice.open(path)
  invoice.add(line)
  await invoice.flushed()
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(line)
  await invoice.close()
})

test('continues the file of an earlier run and closes off a line that was torn', async () => {
  const path = join(folder, 'invoice.jsonl')
  await appendFile(path, `${JSON.stringify(line)}\n{"at":"2026`)
  const invoice = await Invoice.open(path)
  invoice.add({ ...line, request_id: 'req_2' })
  await invoice.close()
  const lines = (await readFile(path, 'utf8')).split('\n')
  expect(lines).toEqual([JSON.stringify(line), '{"at":"2026', JSON.stringify({ ...line, request_id: 'req_2' }), ''])
})

test('does not open where it cannot write', async () => {
  await expect(Invoice.open(folder)).rejects.toThrow(/EISDIR/)
})

test('keeps no file when none is wanted', async () => {
  const invoice = await Invoice.open(null)
  invoice.add(line)
  await invoice.flushed()
  await invoice.close()
  expect(invoice.lines()).toEqual([line])
})
