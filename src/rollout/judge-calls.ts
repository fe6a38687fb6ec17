import type { GenerationRecord } from '../contract/generation-record.ts'
import { check, type Facts, type Judgement, judged, leftOut, type NextCode } from './walk.ts'

/** A call as a step looks at it. */
export interface SeenCall {
  /** Null where nothing was recorded: it was refused before. */
  record: GenerationRecord | null
  /** The error that its caller had; null where there was none. */
  error: { code: string; message: string; next_action: string | null } | null
  /** Whether the bytes of its picture lie where the record says. */
  isStored: boolean
}

/** What to do about a call that gave no picture, by the code of its error. */
const cures: Readonly<Record<string, NextCode>> = {
  invalid_api_key: 'mend_key',
  upstream_auth_failed: 'mend_key',
  upstream_quota_exceeded: 'mend_account',
  permission_denied: 'mend_key',
  insufficient_quota: 'mend_account',
  billing_hard_limit_reached: 'mend_account',
  budget_exceeded: 'mend_account',
  no_route: 'mend_route',
  unsupported_on_route: 'mend_route',
  price_not_configured: 'mend_route',
  route_not_allowed: 'mend_route',
  not_allowed_by_project: 'mend_route',
  endpoint_not_served: 'mend_route',
  upstream_tls_error: 'mend_route',
  upstream_unreachable: 'mend_route',
  upstream_bad_response: 'ask_upstream',
  upstream_refused: 'ask_upstream',
  upstream_outcome_unknown: 'ask_upstream',
  moderation_blocked: 'mend_prompt',
  route_unavailable: 'try_later',
  rate_limited: 'try_later',
  upstream_rate_limited: 'try_later',
  rate_limit_exceeded: 'try_later',
  shutting_down: 'try_later',
  overloaded: 'try_later',
  storage_full: 'mend_store',
  storage_unavailable: 'mend_store',
}

/** What to do about it: known codes first, then what the error itself says of its outcome. */
export function cureOf(call: SeenCall): NextCode {
  const { code, message } = errorOf(call)
  if (/organi[sz]ation .*must be verified/i.test(message)) return 'verify_organisation'
  if (Object.hasOwn(cures, code)) return cures[code]!
  const { record } = call
  if (record === null) return 'mend_request'
  return record.status === 'outcome_unknown' || /timeout|5xx|network/.test(record.retry_reason ?? '') ? 'ask_upstream' : 'mend_request'
}

function errorOf({ record, error }: SeenCall): { code: string; message: string } {
  const recorded = record?.error as { code?: string | null; message?: string } | null | undefined
  return { code: error?.code ?? recorded?.code ?? record?.status ?? 'unknown', message: error?.message ?? recorded?.message ?? '' }
}

const succeeded = ({ record }: SeenCall) => record?.status === 'completed' && record.images.length > 0
const why = (call: SeenCall): Facts => ({ code: errorOf(call).code, message: errorOf(call).message })
const sizeOf = (image: GenerationRecord['images'][number] | undefined) => (image?.width ? `${image.width}x${image.height}` : 'none')
const isWhole = (image: GenerationRecord['images'][number] | undefined) =>
  (image?.evidence['got'] as { complete?: boolean } | undefined)?.complete === true

/** Step one: access, decoding, storage, log. */
export function judgeFirstPicture(call: SeenCall): Judgement {
  const [image] = call.record?.images ?? []
  if (!succeeded(call)) return judged([{ ...check('access', false, why(call)), next: cureOf(call) }])
  const missing = missingInRecord(call.record!)
  return judged([
    check('access', true, { request_id: call.record!.request_id ?? 'none' }),
    {
      ...check('decoded', image?.width != null && isWhole(image), { size: sizeOf(image), format: image?.format ?? 'none' }),
      next: 'ask_upstream',
    },
    { ...check('stored', call.isStored, { bytes: image?.bytes ?? 0 }), next: 'mend_store' },
    { ...check('logged', missing.length === 0, { missing: missing.join(', ') || 'nothing' }), next: 'mend_record' },
  ])
}

/** What a production log must have, and this record has not. */
function missingInRecord(record: GenerationRecord): string[] {
  const wanted: Record<string, unknown> = {
    request_id: record.request_id,
    route_owner: record.route_owner,
    'model_mapping.sent': record.model_mapping.sent,
    'request_shape.prompt_sha256': record.request_shape.prompt_sha256,
    usage: record.usage,
    'images.sha256': record.images[0]?.sha256,
    'cost.settled_nanos': record.cost.settled_nanos,
  }
  return Object.entries(wanted).flatMap(([name, value]) => (value === null || value === undefined || value === '' ? [name] : []))
}

/** What the guard said of an edit, as far as a step looks at it. */
export interface SeenGuard {
  status: 'pending' | 'judged' | 'failed' | 'not_applicable'
  overall: string | null
  /** `kept`, `changed` or `unsure`; null where there is nothing to judge. */
  rules: Readonly<Record<'drift' | 'subject' | 'camera' | 'text', string | null>>
  /** Each text that was judged, without its words. */
  texts: readonly { n: number; lang: string; verdict: string; reason: string }[]
  missingPackages: readonly string[]
}

/** Step two: what was to stay stayed, as the guard sees it. What it is unsure of is for a person, and so no pass. */
export function judgeEdit(call: SeenCall, guard: SeenGuard | null): Judgement {
  if (!succeeded(call)) return judged([{ ...check('edited', false, why(call)), next: cureOf(call) }])
  const edited = check('edited', true, { request_id: call.record!.request_id ?? 'none' })
  if (guard?.status !== 'judged')
    return judged([edited, { ...check('guard_judged', false, { status: guard?.status ?? 'not_applicable' }), next: 'report_fault' }])
  const next: NextCode = guard.missingPackages.length > 0 && guard.rules.text === 'unsure' ? 'install_ocr' : 'look_at_edit'
  const rule = (code: 'subject_kept' | 'camera_kept' | 'text_kept' | 'rest_kept', verdict: string | null, facts: Facts = {}) =>
    verdict === null ? leftOut(code) : { ...check(code, verdict === 'kept', { verdict, ...facts }), next }
  return judged([
    edited,
    check('guard_judged', true, { overall: guard.overall ?? 'none' }),
    rule('subject_kept', guard.rules.subject),
    rule('camera_kept', guard.rules.camera),
    rule('text_kept', guard.rules.text, textFacts(guard)),
    rule('rest_kept', guard.rules.drift),
  ])
}

/** Which text, and why: the first that changed, else the first that could not be told. */
function textFacts({ texts, missingPackages }: SeenGuard): Facts {
  const wrong = texts.find(({ verdict }) => verdict === 'changed') ?? texts.find(({ verdict }) => verdict === 'unsure')
  const { n = 0, lang = 'none', reason = 'none' } = wrong ?? {}
  return { n, lang, reason, packages: missingPackages.join(' ') || 'none' }
}

/** What the product can afford. */
export interface FinalLimits {
  size: string
  output_format: string
  maxCostNanos: bigint
  maxLatencyMs: number
}

/** Step three: the final settings, their cost and their time. */
export function judgeFinal(call: SeenCall, limits: FinalLimits, totalMs: number): Judgement {
  if (!succeeded(call)) return judged([{ ...check('made', false, why(call)), next: cureOf(call) }])
  const record = call.record!
  const [image] = record.images
  const cost = BigInt(record.cost.settled_nanos)
  const got = { size: sizeOf(image), format: image?.format ?? 'none', wanted_size: limits.size, wanted_format: limits.output_format }
  const isAsWanted = (limits.size === 'auto' || got.size === limits.size) && got.format === limits.output_format
  return judged([
    check('made', true, { request_id: record.request_id ?? 'none' }),
    { ...check('settings_honoured', isAsWanted, got), next: 'ask_upstream' },
    {
      ...check('within_cost', cost <= limits.maxCostNanos, { cost: record.cost.settled, limit: usd(limits.maxCostNanos) }),
      next: 'raise_cost',
    },
    { ...check('within_latency', totalMs <= limits.maxLatencyMs, { ms: totalMs, limit: limits.maxLatencyMs }), next: 'raise_latency' },
  ])
}

const NANOS = 1_000_000_000n
const usd = (nanos: bigint) => `${nanos / NANOS}.${(nanos % NANOS).toString().padStart(9, '0')}`.replace(/\.?0+$/, '')
