import { describe, expect, it } from 'vitest'
import {
  checkReplySchema,
  estimateRequestSchema,
  type GenerationRecord,
  generationBodySchema,
  generationRecordSchema,
  ledgerReplySchema,
} from './record.ts'

const money = { usd: '0.00592', nanos: '5920000' }
const hash = 'a'.repeat(64)

const record: GenerationRecord = {
  id: 'gen_1',
  created_at: '2026-11-20T12:00:00.000Z',
  completed_at: '2026-11-20T12:00:41.250Z',
  operation: 'generate',
  surface: 'images',
  status: 'completed',
  request_id: 'req_up',
  client_request_id: null,
  project_id: 'prj_1',
  project_tag: 'spring',
  route_owner: 'openai',
  route_id: 'openai',
  route_contract: {
    version: 1,
    base_url: 'https://api.openai.com/v1',
    price_card: 'openai-gpt-image-2@2026-04-21',
    billing: null,
    failed_call_billing: null,
    output_rights: null,
    terms: null,
    account_owner: null,
  },
  model_mapping: { requested: 'gpt-image-2', sent: 'gpt-image-2', reported: null },
  request_shape: {
    prompt_sha256: hash,
    prompt_version: null,
    input_image_count: 0,
    input_images: [],
    mask_sha256: null,
    size: '1024x1024',
    quality: 'low',
    output_format: 'png',
    output_compression: null,
    background: 'auto',
    moderation: 'auto',
    n: 1,
    partial_images: 0,
    stream: false,
  },
  images: [],
  usage: {
    text_in: 8,
    text_cached_in: 0,
    image_in: 0,
    image_cached_in: 0,
    image_out: 196,
    text_out: 0,
    partial_images: 0,
    main_model: null,
    web_search_calls: 0,
    source: 'upstream',
  },
  cost: {
    currency: 'USD',
    book: 'provider',
    estimated: '0.00592',
    estimated_nanos: '5920000',
    reserved: '0.00592',
    reserved_nanos: '5920000',
    settled: '0.00592',
    settled_nanos: '5920000',
    held_unknown: '0',
    held_unknown_nanos: '0',
    price_card: 'openai-gpt-image-2@2026-04-21',
  },
  attempts: [],
  previews: { asked: 0, received: 0, cost: { usd: '0', nanos: '0' }, images: [] },
  timeout_ms: 270_000,
  assistant: null,
  retry_reason: null,
  next_action: 'none',
  warnings: [],
  error: null,
}

describe('wire shapes', () => {
  it('take a whole record, and miss every member that is left out', () => {
    expect(generationRecordSchema.parse(record)).toEqual(record)
    for (const name of Object.keys(record)) {
      const { [name as keyof GenerationRecord]: _left, ...rest } = record
      expect(generationRecordSchema.safeParse(rest).success, name).toBe(false)
    }
  })

  it('refuse money that is not exact text', () => {
    const withCost = (cost: unknown) => ({ ...record, previews: { ...record.previews, cost } })
    expect(generationRecordSchema.safeParse(withCost(money)).success).toBe(true)
    expect(generationRecordSchema.safeParse(withCost({ usd: 0.00592, nanos: '5920000' })).success).toBe(false)
    expect(generationRecordSchema.safeParse(withCost({ usd: '0.0059200001', nanos: '5920000' })).success).toBe(false)
  })

  it('take a check that refuses and has no reading', () => {
    const error = {
      message: 'm',
      type: 't',
      code: null,
      param: null,
      outcome: 'not_charged',
      generation_id: null,
      request_id: 'r',
      next_action: 'stop',
      docs: '/',
    }
    const reply = { ok: false, refusals: [{ status: 400, error }], warnings: [], resolved: null, estimate: null }
    expect(checkReplySchema.parse(reply)).toEqual(reply)
  })

  it('take ledger rows with any of the groups, and keep owner and book on each', () => {
    const row = {
      route_owner: 'openai',
      book: 'provider',
      calls: 1,
      images: 1,
      charged: money,
      lost: money,
      reserved: money,
      held_unknown: money,
    }
    expect(
      ledgerReplySchema.safeParse({ rows: [{ ...row, day: '2026-11-20', tag: null }], totals_by_owner: [row], next_cursor: null }).success,
    ).toBe(true)
    const { book: _book, ...bookless } = row
    expect(ledgerReplySchema.safeParse({ rows: [bookless], totals_by_owner: [], next_cursor: null }).success).toBe(false)
  })

  it('estimate a generation unless told otherwise', () => {
    expect(estimateRequestSchema.parse({ request: {} })).toEqual({ operation: 'generate', request: {} })
    expect(estimateRequestSchema.safeParse({ request: {}, rout: 'x' }).success).toBe(false)
  })

  it('describe the body of a generation with its known keys only', () => {
    expect(generationBodySchema.safeParse({ model: 'gpt-image-2', prompt: 'a cat', size: null, darkroom: {} }).success).toBe(true)
    expect(generationBodySchema.safeParse({ model: 'gpt-image-2', prompt: 'a cat', style: 'vivid' }).success).toBe(false)
  })
})
