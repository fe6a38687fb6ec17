import { describe, expect, it } from 'vitest'
import type { GateVerdict } from '../contract/record.ts'
import { answered, contractFacts, flatRoute, gatedRoute, type Twist, twists, wholeRow } from './gate-test-kit.ts'
import { type ContractFacts, type GatedRoute, judgeGate } from './index.ts'

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
