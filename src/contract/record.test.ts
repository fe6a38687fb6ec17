import { describe, expect, it } from 'vitest'
import {
  checkReplySchema,
  driftReplySchema,
  editBodySchema,
  estimateRequestSchema,
  fileListSchema,
  type GenerationRecord,
  generationBodySchema,
  generationRecordSchema,
  ledgerReplySchema,
  recordedImageSchema,
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
  outcome: 'charged',
  resolve_by: null,
  outcome_evidence: [],
  request_id: 'req_up',
  client_request_id: null,
  trace_id: null,
  project_id: 'prj_1',
  submitter: { kind: 'key', key_id: 'key_1', name: 'shop' },
  parent: null,
  metadata: null,
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
    protect: [],
  },
  images: [],
  originals: [],
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
    presumed: false,
    price_card: 'openai-gpt-image-2@2026-04-21',
  },
  attempts: [],
  previews: { asked: 0, received: 0, cost: { usd: '0', nanos: '0' }, images: [] },
  timeout_ms: 270_000,
  idempotency: { keys: ['order-7'], fingerprint: hash, delivery: 'delivered', attached: [] },
  assistant: null,
  retry_reason: null,
  next_action: 'none',
  legal_holds: [],
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
      presumed: money,
      invoiced: money,
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
    expect(estimateRequestSchema.parse({ request: {} })).toEqual({ operation: 'generate', request: {}, lane: 'standard' })
    expect(estimateRequestSchema.safeParse({ request: {}, rout: 'x' }).success).toBe(false)
  })

  it('describe the body of a generation with its known keys only', () => {
    expect(generationBodySchema.safeParse({ model: 'gpt-image-2', prompt: 'a cat', size: null, darkroom: {} }).success).toBe(true)
    expect(generationBodySchema.safeParse({ model: 'gpt-image-2', prompt: 'a cat', style: 'vivid' }).success).toBe(false)
  })

  it('describe the JSON body of an edit with one way to name each picture', () => {
    const edit = { model: 'gpt-image-2', prompt: 'a cat', images: [{ file_id: 'file_1' }, { image_url: 'data:' }] }
    expect(editBodySchema.safeParse({ ...edit, mask: null }).success).toBe(true)
    expect(editBodySchema.safeParse({ ...edit, images: [] }).success).toBe(false)
    expect(editBodySchema.safeParse({ ...edit, images: [{ file_id: 'a', image_url: 'b' }] }).success).toBe(false)
    expect(editBodySchema.safeParse({ ...edit, svg: { model: 'm' } }).success).toBe(false)
  })

  it('take a picture that Darkroom put together, with the figures of its process kept', () => {
    const image = {
      id: 'img_2',
      sha256: hash,
      width: 8,
      height: 8,
      format: 'png',
      bytes: 90,
      storage: 'stored',
      storage_pointer: null,
      evidence: {},
      review: null,
      process: { kind: 'strict_mask', original_image_id: 'img_1', feather_px: 8, kept_share: 0.5 },
      drift: { status: 'pending', changed_fraction: null, ssim: null },
      guard: { status: 'judged', overall: 'adoptable' },
      deleted_at: null,
    }
    expect(recordedImageSchema.parse(image)).toEqual(image)
    expect(recordedImageSchema.safeParse({ ...image, process: { kind: 'strict_mask' } }).success).toBe(false)
    expect(recordedImageSchema.safeParse({ ...image, process: { kind: 'painted', original_image_id: 'img_1' } }).success).toBe(false)
  })

  it('take the inputs of an edit in its record', () => {
    const input = {
      sha256: hash,
      source: 'url',
      source_ref: 'https://a.example/cat.png',
      width: 8,
      height: 8,
      format: 'png',
      bytes: 90,
      role: 'image',
      rights: 'own work',
      sent_sha256: hash,
      conversion: null,
    }
    const withInput = (change: object) => ({
      ...record,
      request_shape: { ...record.request_shape, input_images: [{ ...input, ...change }] },
    })
    expect(generationRecordSchema.parse(withInput({}))).toEqual(withInput({}))
    expect(generationRecordSchema.safeParse(withInput({ source: 'somewhere' })).success).toBe(false)
  })

  it('take a drift report that was measured, and one that waits', () => {
    const box = { x: 0, y: 0, width: 4, height: 4 }
    const waiting = {
      image_id: 'img_1',
      status: 'pending',
      compared_with: { sha256: hash, input_id: 'inp_1' },
      alignment: null,
      outside: null,
      inside: null,
      boxes: [],
      heat_map_url: null,
      measured_at: null,
      error: null,
    }
    const measured = {
      ...waiting,
      status: 'measured',
      alignment: { shift_x: -1.5, shift_y: 0, scale: 1, confidence: 1 },
      outside: {
        changed_fraction: 0.01,
        changed_fraction_raw: 0.4,
        ssim: 0.98,
        colour_shift: { l: -1, a: 0, b: 0.2, delta_e_mean: 1, delta_e_p95: 2 },
        max_region: box,
      },
      inside: { changed_fraction: 0.9 },
      boxes: [{ box, changed_fraction: 0, ssim: 1, delta_e: 0.1 }, null],
      heat_map_url: '/v2/images/img_1/drift/heat-map',
      measured_at: '2026-11-20T12:00:00.000Z',
    }
    expect(driftReplySchema.parse(waiting)).toEqual(waiting)
    expect(driftReplySchema.parse(measured)).toEqual(measured)
  })

  it('list files as OpenAI does', () => {
    const file = { id: 'file_1', object: 'file', bytes: 90, created_at: 1, filename: 'cat.png', purpose: 'vision', status: 'processed' }
    const page = { object: 'list', data: [file, { ...file, expires_at: 9 }], first_id: 'file_1', last_id: 'file_1', has_more: false }
    expect(fileListSchema.parse(page)).toEqual(page)
    expect(fileListSchema.safeParse({ ...page, data: [{ ...file, expires_at: null }] }).success).toBe(false)
  })
})
