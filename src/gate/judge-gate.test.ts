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

interface Case {
  title: string
  route?: GatedRoute
  facts?: ContractFacts
  does?: readonly Twist[]
  verdict: GateVerdict
  signatures?: string[]
  restrictions?: string[]
}

const stripped = gatedRoute({ capabilities: { ...wholeRow, contentCredentials: 'stripped' } })
const otherRequestId: Twist = () => ({ requestId: 'x-77' })
const signsAs20: Twist = ({ credentials }) => ({
  credentials: credentials && { ...credentials, claim_generator: 'OpenAI-API/2.0 c2pa-rs/0.36.1' },
})
const relay = [twists.drawsAutoArea, twists.saysAuto, twists.takesAnyModel, twists.signsAsChatgpt, twists.dropsUsage, twists.forcesPng]

const cases: Case[] = [
  { title: 'honest, priced by tokens', verdict: 'production', restrictions: [] },
  {
    title: 'honest, flat price, no sizes or qualities',
    route: flatRoute(),
    does: [twists.flatPrice, otherRequestId],
    verdict: 'production',
  },
  {
    title: 'honest, flat price, re-encoding as declared',
    route: flatRoute({ contentCredentials: 'stripped' }),
    does: [twists.flatPrice, twists.stripsCredentials],
    verdict: 'production',
  },
  { title: 'signing gpt-image-2.5 with a version 2.0', does: [signsAs20], verdict: 'production' },
  { title: 're-encoding as declared', route: stripped, does: [twists.stripsCredentials], verdict: 'production' },
  { title: 're-encoding undeclared', does: [twists.stripsCredentials], verdict: 'fallback', restrictions: [] },
  { title: 'breaking manifests', does: [twists.breaksCredentials], verdict: 'fallback' },
  { title: 'ignoring sizes', does: [twists.ignoresSize], verdict: 'manual-test', restrictions: ['unknown_wrapper'] },
  {
    title: 'drawing the automatic area whatever is asked',
    does: [twists.drawsAutoArea],
    verdict: 'manual-test',
    signatures: ['auto_area_size'],
  },
  { title: 'ignoring qualities', does: [twists.ignoresQuality], verdict: 'manual-test', restrictions: ['unknown_wrapper'] },
  { title: 'taking any model', does: [twists.takesAnyModel], verdict: 'manual-test', signatures: ['any_model_accepted'] },
  {
    title: 'without usage though priced by tokens',
    does: [twists.dropsUsage],
    verdict: 'manual-test',
    signatures: ['usage_missing'],
    restrictions: ['unknown_wrapper', 'no_cost_promise', 'manual_only'],
  },
  {
    title: 'without request ids',
    does: [twists.dropsRequestId],
    verdict: 'manual-test',
    signatures: ['request_id_missing'],
    restrictions: ['unknown_wrapper', 'manual_only'],
  },
  {
    title: 'signing as ChatGPT and nothing else',
    does: [twists.signsAsChatgpt],
    verdict: 'manual-test',
    signatures: ['chatgpt_claim_generator'],
  },
  { title: 'forcing PNG and nothing else', does: [twists.forcesPng], verdict: 'manual-test', signatures: ['format_forced'] },
  { title: 'with three weak signatures', does: [twists.forcesPng, twists.dropsUsage, twists.dropsRequestId], verdict: 'manual-test' },
  {
    title: 'forcing auto',
    does: [twists.drawsAutoArea, twists.saysAuto],
    verdict: 'refused',
    signatures: ['auto_area_size', 'forced_auto'],
  },
  {
    title: 'relaying a session',
    does: [...relay, twists.dropsRequestId],
    verdict: 'refused',
    signatures: [
      'auto_area_size',
      'forced_auto',
      'any_model_accepted',
      'chatgpt_claim_generator',
      'usage_missing',
      'request_id_missing',
      'format_forced',
    ],
  },
  { title: 'honest without rights', facts: contractFacts({ rights: null }), verdict: 'fallback', restrictions: ['no_inputs'] },
  {
    title: 'honest, pictures not to be sold',
    facts: contractFacts({ rights: { store: true, commercial: false, delete: true, redistribute: false } }),
    verdict: 'fallback',
    restrictions: ['no_inputs'],
  },
  {
    title: 'honest without a word on failed calls',
    facts: contractFacts({ failedCalls: null }),
    verdict: 'fallback',
    restrictions: ['no_cost_promise'],
  },
  {
    title: 'honest, failed calls unknown',
    facts: contractFacts({ failedCalls: { timeout: 'unknown', policy: 'free', retry: 'free' } }),
    verdict: 'fallback',
    restrictions: ['no_cost_promise'],
  },
  {
    title: 'honest without account, support and abuse',
    facts: contractFacts({ accountOwner: null, support: null, abuse: null }),
    verdict: 'manual-test',
    restrictions: ['no_production'],
  },
  {
    title: "the maker's own host without account, support and abuse",
    route: gatedRoute({ isOfficialHost: true, kind: 'official' }),
    facts: contractFacts({ accountOwner: null, support: null, abuse: null }),
    verdict: 'production',
  },
  { title: 'out of reach', does: [twists.isUnreachable], verdict: 'unknown' },
  {
    title: 'that answers with 401',
    does: [() => ({ ended: 'refused', httpStatus: 401, errorIsEnvelope: true, got: null })],
    verdict: 'unknown',
  },
  { title: 'charging a refused call', does: [({ ended }) => (ended === 'refused' ? { costNanos: 5n } : {})], verdict: 'fallback' },
  {
    title: 'refusing in words of its own',
    does: [({ ended }) => (ended === 'refused' ? { errorIsEnvelope: false } : {})],
    verdict: 'manual-test',
    restrictions: ['manual_only'],
  },
]

const judged = ({ route = gatedRoute(), facts = contractFacts(), does = [] }: Omit<Case, 'title' | 'verdict'>) =>
  judgeGate(route, facts, answered(route, does))

describe('judgeGate gives each route the verdict it deserves', () => {
  it.each(cases)('$title: $verdict', ({ verdict, signatures, restrictions, ...rest }) => {
    const judgement = judged(rest)
    expect(judgement.verdict).toBe(verdict)
    if (signatures) expect(judgement.signatures.map(({ name }) => name)).toEqual(signatures)
    if (restrictions) expect(judgement.restrictions).toEqual(restrictions)
    expect(judgement.gates.map(({ name }) => name)).toEqual(['owner', 'model_mapping', 'billing', 'output_rights', 'observability'])
    expect(judgement.gates.every(({ result, consequence }) => (result === 'pass') === (consequence === null))).toBe(true)
    expect(judgement.next_action).toMatch(/\.$/)
  })

  it('says why a route that strips credentials is no more than a fallback', () => {
    const { gates, probes, next_action } = judged({ does: [twists.stripsCredentials] })
    const words = "credentials were removed and the route's row does not say so"
    expect(gates[1]!.why).toContain(words)
    expect(probes.map(({ detail }) => detail)).toContain(words)
    expect(next_action).toContain('content_credentials: stripped')
  })

  it('says what an unknown verdict lacks, and how each probe ended', () => {
    const { missing, probes, restrictions } = judged({ does: [twists.isUnreachable] })
    expect(missing).toEqual(['nonsense_model', 'unusual_size', 'quality'].map((name) => `${name}: no answer that says anything`))
    expect(probes.every(({ signal, weight, got }) => signal === 'none' && weight === 0 && got === 'no answer')).toBe(true)
    expect(restrictions).toEqual(expect.arrayContaining(['unknown_wrapper']))
  })

  it('says that the account of the official host is not stated, and passes it', () => {
    const [owner] = judged({ route: gatedRoute({ isOfficialHost: true }), facts: contractFacts({ accountOwner: null }) }).gates
    expect(owner).toMatchObject({ result: 'pass', why: expect.stringContaining('account_owner') })
  })

  it('does not hold an automatic area against a route where no size was named', () => {
    const { probes } = judged({ route: flatRoute(), does: [twists.flatPrice] })
    expect(probes.filter(({ signal }) => signal === 'against')).toEqual([])
  })

  it('does not decide by answers about keys and requests alone, when no picture speaks for the model', () => {
    const silent: Twist = ({ ended }) => (ended === 'picture' ? { credentials: null } : {})
    const route = flatRoute({ formats: [] })
    expect(judged({ route, does: [twists.flatPrice, silent] })).toMatchObject({ verdict: 'unknown', signatures: [] })
  })

  it('takes the words of gateways for a refusal of a model that does not exist', () => {
    const words: Twist = ({ probe }) => (probe === 'nonsense_model' ? { httpStatus: 503, errorCode: 'model_not_found' } : {})
    expect(judged({ does: [words] }).verdict).toBe('production')
  })
})

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
