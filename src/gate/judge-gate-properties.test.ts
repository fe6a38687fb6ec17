import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GateVerdict } from '../contract/record.ts'
import {
  answered,
  brokenCredentials,
  chatgptCredentials,
  contractFacts,
  flatRoute,
  gatedRoute,
  noCredentials,
  type Twist,
  twists,
  unreachable,
  wholeRow,
} from './gate-test-kit.ts'
import { type ContractFacts, type GatedRoute, judgeGate, type ProbeResult } from './index.ts'
import { SIGNATURES_TO_REFUSE } from './signatures.ts'

const stripped = gatedRoute({ capabilities: { ...wholeRow, contentCredentials: 'stripped' } })
const ranks: GateVerdict[] = ['refused', 'manual-test', 'unknown', 'fallback', 'production']
const rank = (route: GatedRoute, facts: ContractFacts, results: readonly ProbeResult[]) =>
  ranks.indexOf(judgeGate(route, facts, results).verdict)

const anyTwists = fc.subarray(Object.values(twists) as Twist[])
const anyRoute = fc.constantFrom(
  gatedRoute(),
  stripped,
  flatRoute(),
  flatRoute({ contentCredentials: 'stripped' }),
  gatedRoute({ capabilities: null }),
)
const anyFacts = fc.constantFrom(
  contractFacts(),
  contractFacts({ rights: null }),
  contractFacts({ failedCalls: null }),
  contractFacts({ support: null }),
)

/** What makes a result show a signature, where it can. */
const spoilers: Twist[] = [
  twists.dropsRequestId,
  twists.takesAnyModel,
  twists.signsAsChatgpt,
  twists.saysAuto,
  twists.dropsUsage,
  twists.forcesPng,
  twists.drawsAutoArea,
]

describe('judgeGate', () => {
  it('never worsens a verdict when a probe that was not made is answered honestly', () => {
    fc.assert(
      fc.property(anyRoute, anyFacts, fc.infiniteStream(fc.boolean()), fc.boolean(), (route, facts, isMade, isFlat) => {
        const honest = answered(route, isFlat && route.priceKind === 'per_call' ? [twists.flatPrice] : [])
        let results = honest.map((result) => (isMade.next().value ? result : { ...result, ...unreachable, sent: false }))
        let before = rank(route, facts, results)
        for (const [index, result] of honest.entries()) {
          results = results.with(index, result)
          const after = rank(route, facts, results)
          expect(after).toBeGreaterThanOrEqual(before)
          before = after
        }
      }),
    )
  })

  it('never improves a verdict when a signature is added', () => {
    fc.assert(
      fc.property(anyRoute, anyFacts, anyTwists, fc.constantFrom(...spoilers), fc.nat(), (route, facts, does, spoil, at) => {
        const results = answered(route, does)
        const index = at % results.length
        const spoilt = results.with(index, { ...results[index]!, ...spoil(results[index]!, route) })
        const seen = (list: readonly ProbeResult[]) => judgeGate(route, facts, list).signatures.length
        fc.pre(seen(spoilt) > seen(results))
        expect(rank(route, facts, spoilt)).toBeLessThanOrEqual(rank(route, facts, results))
      }),
    )
  })

  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('auto', 'png', 'webp', '1168x656', '1672x941', 'req_1', '', 'transparent'),
  )
  const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1672, 941, 0, -1))
  const textOrNull = fc.option(anyText)
  const anyResult: fc.Arbitrary<ProbeResult> = fc.record({
    probe: fc.constantFrom(
      'nonsense_model',
      'illegal_size',
      'unknown_key',
      'unusual_size',
      'plain_picture',
      'transparent',
      'format',
      'quality',
    ),
    sent: fc.boolean(),
    ended: fc.constantFrom('picture', 'refused', 'failed', 'not_run'),
    httpStatus: fc.option(fc.oneof(fc.constantFrom(200, 400, 401, 404, 429, 503), anyNumber)),
    errorCode: textOrNull,
    errorIsEnvelope: fc.boolean(),
    requestId: textOrNull,
    asked: fc.record({ size: textOrNull, quality: textOrNull, format: textOrNull, model: textOrNull, background: textOrNull }),
    got: fc.option(fc.record({ width: anyNumber, height: anyNumber, format: anyText, alpha: fc.option(fc.boolean()) })),
    reported: fc.record({ model: textOrNull, size: textOrNull, quality: textOrNull, outputFormat: textOrNull }),
    usage: fc.option(fc.record({ imageOut: fc.option(anyNumber) })),
    expectedImageOut: fc.option(anyNumber),
    usageOnFormula: fc.option(fc.boolean()),
    credentials: fc.option(
      fc.oneof(
        fc.constantFrom(noCredentials, chatgptCredentials, brokenCredentials),
        fc.record({ present: fc.boolean(), valid: anyText, claim_generator: textOrNull, signals: fc.constant([]) }),
      ),
    ),
    costNanos: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    generationId: textOrNull,
  })

  it('never throws, and refuses only for two signatures of which one is strong', () => {
    const strong = ['auto_area_size', 'forced_auto', 'any_model_accepted', 'chatgpt_claim_generator']
    fc.assert(
      fc.property(anyRoute, anyFacts, fc.array(anyResult, { maxLength: 12 }), (route, facts, results) => {
        const { verdict, signatures, probes } = judgeGate(route, facts, results)
        expect(new Set(signatures.map(({ name }) => name)).size).toBe(signatures.length)
        const deserved = signatures.length >= SIGNATURES_TO_REFUSE && signatures.some(({ name }) => strong.includes(name))
        expect(verdict === 'refused').toBe(deserved)
        expect(probes.length).toBeGreaterThanOrEqual(results.length)
      }),
      { numRuns: 500 },
    )
  })
})
