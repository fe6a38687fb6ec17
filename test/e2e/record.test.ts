import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generationRecordSchema } from '../../src/contract/record.ts'
import { invoiceOf, ledgerLines, postGeneration, promptWith, seeReply, settledRecord } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** Makes a call and gives what the client saw beside the record it left. */
async function callAndRecord(change: object, headers: Record<string, string> = {}) {
  const seen = await seeReply(postGeneration(gateway, change, { headers }))
  const record = await settledRecord(gateway, seen.generationId!)
  return { seen, record, lines: await ledgerLines(gateway, record.id), invoice: invoiceOf(gateway, record.attempts[0]!.id) }
}

describe('the record of a call that succeeded', () => {
  it('holds every field of the production log, and nothing beside', async () => {
    const { record } = await callAndRecord({ prompt: 'a fox on record', n: 2 })
    expect(generationRecordSchema.parse(record)).toEqual(record)
    expect(Object.keys(record).sort()).toEqual(
      [
        ...[
          'id',
          'created_at',
          'completed_at',
          'operation',
          'surface',
          'status',
          'outcome',
          'resolve_by',
          'outcome_evidence',
          'request_id',
          'client_request_id',
          'trace_id',
          'project_id',
          'project_tag',
          'metadata',
          'submitter',
          'parent',
        ],
        ...[
          'route_owner',
          'route_id',
          'route_contract',
          'model_mapping',
          'request_shape',
          'images',
          'originals',
          'usage',
          'cost',
          'attempts',
          'previews',
        ],
        ...['timeout_ms', 'idempotency', 'assistant', 'retry_reason', 'next_action', 'legal_holds', 'warnings', 'error'],
      ].sort(),
    )
  })

  it('says what was asked without the words of the prompt', async () => {
    const { record } = await callAndRecord({
      prompt: 'a wombat nobody may read about',
      output_format: 'jpeg',
      output_compression: 80,
      moderation: 'low',
    })
    expect(record.request_shape).toEqual({
      prompt_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      prompt_version: null,
      input_image_count: 0,
      input_images: [],
      mask_sha256: null,
      size: '1024x640',
      quality: 'low',
      output_format: 'jpeg',
      output_compression: 80,
      background: 'auto',
      moderation: 'low',
      n: 1,
      partial_images: 0,
      stream: false,
      protect: [],
      subject: null,
      texts: 0,
    })
    expect(JSON.stringify(record)).not.toContain('wombat')
  })

  it('ties caller, upstream and ledger together by their ids', async () => {
    const headers = { 'x-client-request-id': 'order-4711', 'x-darkroom-project-tag': 'spring campaign', 'x-darkroom-timeout-ms': '9000' }
    const { seen, record, lines, invoice } = await callAndRecord({ prompt: 'a tagged fox' }, headers)
    expect(record).toMatchObject({
      id: seen.headers.get('x-darkroom-generation'),
      route_id: seen.headers.get('x-darkroom-route'),
      client_request_id: 'order-4711',
      project_tag: 'spring campaign',
      timeout_ms: 9000,
      request_id: invoice[0]!.request_id,
      attempts: [{ n: 1, outcome: 'ok', http_status: 200, request_id: invoice[0]!.request_id, cost: { nanos: record.cost.settled_nanos } }],
    })
    expect(lines.map(({ kind, bucket, attempt_id }) => `${kind} ${bucket} ${attempt_id}`)).toEqual(
      ['reserve total', 'release total', 'settle text_in', 'settle image_out'].map((line) => `${line} ${record.attempts[0]!.id}`),
    )
  })

  it('freezes the contract of the route, without any key', async () => {
    const { record } = await callAndRecord({ prompt: 'a fox by contract' })
    expect(record.route_contract).toMatchObject({
      version: 1,
      kind: 'sandbox',
      base_url: `${gateway.gateway.sandbox!.url}/v1`,
      price_card: 'sandbox-gpt-image-2@2026-04-21',
      failed_call_billing: null,
      output_rights: null,
      terms: null,
      account_owner: null,
    })
    expect(JSON.stringify(record)).not.toMatch(/sk-|dk_live|bearer/i)
    expect(Object.keys(record.route_contract).filter((name) => /key|secret|token/i.test(name))).toEqual([])
  })

  it('points to the bytes by hash and says how long they stay', async () => {
    const { record } = await callAndRecord({ prompt: 'a fox kept' })
    const [image] = record.images
    expect(image!.storage_pointer).toEqual({
      store: 'folder',
      path: `${image!.sha256.slice(0, 2)}/${image!.sha256.slice(2, 4)}/${image!.sha256}.png`,
      public_url: null,
      delete_after: null,
      deletion_policy: 'keep',
    })
  })

  it('keeps the signals about who made the picture, none of them against an honest one', async () => {
    const { record } = await callAndRecord({ prompt: 'an honest fox' })
    expect(verdictsOf(record)).toEqual({
      pixels: 'for',
      format: 'for',
      complete: 'none',
      background: 'none',
      size_echo: 'for',
      format_echo: 'for',
      quality_echo: 'for',
      model_echo: 'none',
      request_id: 'for',
      usage: 'for',
      content_credentials: 'none',
    })
  })

  it('counts previews that were asked, that came, and what they cost', async () => {
    const { record } = await callAndRecord({ prompt: promptWith('one-partial'), stream: true, partial_images: 3 })
    expect(record.previews).toEqual({ asked: 3, received: 1, cost: { usd: '0.003', nanos: '3000000' }, images: [] })
    expect(record.usage).toMatchObject({ partial_images: 1, source: 'upstream_without_details' })
  })
})

/** Verdict by signal of a record's first picture. */
function verdictsOf(record: Awaited<ReturnType<typeof callAndRecord>>['record']): Record<string, string> {
  const { findings } = record.images[0]!.evidence as { findings: { signal: string; verdict: string }[] }
  return Object.fromEntries(findings.map(({ signal, verdict }) => [signal, verdict]))
}

describe('the evidence of a picture that is not what was asked', () => {
  it.each([
    ['another size', 'size=1024x1024', ['pixels'], ['size_not_honoured', 'over_reserve']],
    ['another size under the asked name', 'size=1024x1024, lie', ['pixels', 'size_echo'], ['size_not_honoured', 'over_reserve']],
    ['another format', 'format=webp', ['format'], ['format_not_honoured']],
    ['another format under the asked name', 'format=webp, lie', ['format', 'format_echo'], ['format_not_honoured']],
    ['another quality', 'quality=medium', ['quality_echo'], ['quality_not_honoured', 'over_reserve']],
    ['another quality under the asked name', 'quality=medium, lie', ['usage'], ['over_reserve']],
    ['another model by name', 'model=gpt-image-1', ['model_echo'], ['model_not_honoured']],
    ['another model in silence', 'swap=gpt-image-1-mini', ['usage'], ['over_reserve']],
    ['no request id', 'no-request-id', ['request_id'], []],
    ['a file that ends too early', 'truncated-image', ['complete'], ['image_incomplete']],
  ])('names %s', async (_what, faults, against, warnings) => {
    const { seen, record } = await callAndRecord({ prompt: promptWith(faults) })
    expect(seen).toMatchObject({ status: 200, ending: 'whole' })
    expect(record.status).toBe('completed')
    const verdicts = verdictsOf(record)
    expect(Object.keys(verdicts).filter((signal) => verdicts[signal] === 'against')).toEqual(against)
    expect(record.warnings.map(({ code }) => code)).toEqual(warnings)
  })

  it('names another model in silence also where it costs the same per token', async () => {
    const { record } = await callAndRecord({ prompt: promptWith('swap=gpt-image-2.5-flare, lie'), quality: 'high' })
    expect(verdictsOf(record)).toMatchObject({ usage: 'against' })
  })
})
