import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { GenerationRecord, LedgerReply } from '../../src/contract/record.ts'
import { invoiceOf, ledgerLines, promptWith, seeReply, settledRecord, sumOf } from '../support/generation-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'

const request = {
  model: 'gpt-image-2',
  prompt: 'a quiet harbour',
  size: '1024x640',
  quality: 'low',
  stream: true,
  partial_images: 2,
} as const

async function streamed(darkroom: Awaited<ReturnType<typeof startTestGateway>>, headers: Record<string, string>) {
  const { data, response } = await darkroom.client().images.generate(request, { headers }).withResponse()
  const events: { type: string; b64_json: string }[] = []
  for await (const event of data) events.push(event)
  const path = `/v2/generations/${response.headers.get('x-darkroom-generation')}`
  return { events, record: (await (await darkroom.fetch(path)).json()) as GenerationRecord }
}

it('keeps the previews of a stream when asked to: the bytes the client got, beside the result and not among them', async () => {
  await using darkroom = await startTestGateway()
  const { events, record } = await streamed(darkroom, { 'x-darkroom-partials': 'store' })
  const sent = events.filter(({ type }) => type.endsWith('partial_image')).map(({ b64_json }) => Buffer.from(b64_json, 'base64'))

  expect(record.images).toHaveLength(1)
  expect(record.previews.images.map(({ sha256 }) => sha256)).toEqual(sent.map((bytes) => createHash('sha256').update(bytes).digest('hex')))
  for (const [place, { id, width, height }] of record.previews.images.entries()) {
    expect([width, height]).toEqual([1024, 640])
    expect(Buffer.from(await (await darkroom.fetch(`/v2/images/${id}`)).arrayBuffer())).toEqual(sent[place])
  }
  const ledger = (await (await darkroom.fetch('/v2/ledger')).json()) as LedgerReply
  expect(ledger.rows.map(({ calls, images }) => [calls, images])).toEqual([[1, 1]])
})

it('F27 keeps the preview that came before a stream was cut, beside what was charged for it', async () => {
  await using darkroom = await startTestGateway()
  const headers = { 'content-type': 'application/json', 'x-darkroom-partials': 'store' }
  const body = JSON.stringify({ ...request, prompt: promptWith('cut=frame:1', 'a quiet harbour') })
  const seen = await seeReply(darkroom.fetch('/v1/images/generations', { method: 'POST', headers, body }))
  const sent = Buffer.from(String(seen.events[0]!.data['b64_json']), 'base64')
  expect(seen.events.map(({ event }) => event)).toEqual(['image_generation.partial_image', 'error'])
  expect(seen.error).toMatchObject({ code: 'upstream_bad_response', outcome: 'charged' })

  const record = await settledRecord(darkroom, seen.generationId!)
  expect(record).toMatchObject({ status: 'failed', images: [], previews: { asked: 2, received: 1 } })
  expect(record.previews.images).toHaveLength(1)
  const kept = await darkroom.fetch(`/v2/images/${record.previews.images[0]!.id}`)
  expect(Buffer.from(await kept.arrayBuffer())).toEqual(sent)
  const lines = await ledgerLines(darkroom, record.id)
  expect(sumOf(lines, 'loss')).toBe(BigInt(invoiceOf(darkroom, record.attempts[0]!.id)[0]!.nanos))
})

it('keeps no previews unasked, and counts and prices them all the same', async () => {
  await using darkroom = await startTestGateway()
  const { record } = await streamed(darkroom, {})
  expect(record.previews).toEqual({ asked: 2, received: 2, cost: { usd: '0.006', nanos: '6000000' }, images: [] })
})
