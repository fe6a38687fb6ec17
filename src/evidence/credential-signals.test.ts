import { describe, expect, it } from 'vitest'
import { absentCredentials, type ContentCredentials } from './content-credentials.ts'
import { presentCredentials } from './credential-problems.ts'
import { credentialSignals, summariseCredentials } from './index.ts'

const signedBy = (claimGenerator: string, softwareAgents: string[] = []): ContentCredentials => ({
  ...absentCredentials,
  present: true,
  valid: 'intact',
  claim_generator: claimGenerator,
  software_agents: softwareAgents,
  signer: { common_name: 'OpenAI', organisation: 'OpenAI OpCo, LLC', issuer: 'An Authority', not_before: null, not_after: null },
})

function signalsOf(credentials: ContentCredentials): Record<string, string> {
  return Object.fromEntries(credentialSignals(credentials).map(({ signal, verdict }) => [signal, verdict]))
}

const verdicts = (manifest: string, generator: string, agent: string) => ({
  c2pa_manifest: manifest,
  c2pa_claim_generator: generator,
  c2pa_software_agent: agent,
})
const signatures = (credentials: ContentCredentials) => credentialSignals(credentials).flatMap(({ signature }) => signature ?? [])

describe('signals of content credentials', () => {
  it.each([
    ['OpenAI-API c2pa-rs/0.28.4', 'openai_api_claim_generator'],
    ['OpenAI API', 'openai_api_claim_generator'],
    ['OpenAI Media Service API', 'openai_media_service_claim_generator'],
    ['OpenAI_Media_Service_API/1.2', 'openai_media_service_claim_generator'],
  ])('speak for a route whose pictures are signed by %s', (generator, signature) => {
    const credentials = signedBy(generator, ['gpt-image'])
    expect(signalsOf(credentials)).toEqual(verdicts('none', 'for', 'for'))
    expect(signatures(credentials)).toEqual([signature])
  })

  it('speak against an API route whose pictures are signed by ChatGPT, and its software agent saves nothing', () => {
    const credentials = signedBy('ChatGPT c2pa-rs/0.67.1', ['gpt-image'])
    expect(signalsOf(credentials)).toEqual(verdicts('none', 'against', 'none'))
    expect(signatures(credentials)).toEqual(['chatgpt_claim_generator'])
  })

  it('speak against it too when ChatGPT is only named in the list of generators, or the signature is unchecked', () => {
    const listed = { ...signedBy('a writer of manifests'), claim_generator_info: [{ name: 'ChatGPT', version: null }] }
    expect(signalsOf(listed)['c2pa_claim_generator']).toBe('against')
    expect(signalsOf({ ...signedBy('ChatGPT'), valid: 'unchecked' })['c2pa_claim_generator']).toBe('against')
  })

  it('say nothing where there is no manifest', () => {
    expect(signalsOf(absentCredentials)).toEqual(verdicts('none', 'none', 'none'))
  })

  it('speak against a picture whose manifest is broken, whoever it names', () => {
    const broken = { ...signedBy('OpenAI-API', ['gpt-image']), valid: 'broken' as const, problems: ['assertion.dataHash.mismatch'] }
    expect(signalsOf(broken)).toEqual(verdicts('against', 'none', 'none'))
    expect(signatures(broken)).toEqual(['manifest_broken'])
  })

  it('do not count a good name under a signature nobody could check', () => {
    expect(signalsOf({ ...signedBy('OpenAI-API', ['gpt-image']), valid: 'unchecked' })).toEqual(verdicts('none', 'none', 'none'))
  })

  it('take no version for evidence', () => {
    const [two, twoAndAHalf] = ['2.0', '2.5'].map((version) => signedBy(`OpenAI-API/${version}`, [`gpt-image ${version}`]))
    expect(signalsOf(two!)).toEqual(signalsOf(twoAndAHalf!))
  })

  it.each(['OpenAI-APIary', 'My ChatGPT wrapper', 'ChatGPTish', 'Some Camera'])('do not take %s for a name they know', (generator) => {
    expect(signalsOf(signedBy(generator))).toEqual(verdicts('none', 'none', 'none'))
  })
})

describe('the verdict on a manifest', () => {
  it.each([
    [[], 'intact'],
    [['signingCredential.expired', 'timeStamp.untrusted'], 'intact'],
    [['timeout'], 'unchecked'],
    [['a_code_nobody_foresaw'], 'unchecked'],
    [['algorithm.unsupported', 'assertion.dataHash.mismatch'], 'broken'],
  ])('of problems %j is %s', (problems, valid) => {
    expect(presentCredentials(problems).valid).toBe(valid)
  })

  it('does not depend on the problems that are not listed any more', () => {
    const many = Array.from({ length: 50 }, (_, index) => `signingCredential.${index}`)
    expect(presentCredentials([...many, 'assertion.missing'])).toMatchObject({ valid: 'broken', problems: many.slice(0, 8) })
  })
})

describe('the summary of content credentials', () => {
  it('names generator, agent, signer and source, and that nobody vouches for the signer', () => {
    const creation = {
      action: 'c2pa.created',
      digital_source_type: 'trainedAlgorithmicMedia',
      software_agent: { name: 'gpt-image', version: null },
    }
    const opened = { action: 'c2pa.opened', digital_source_type: null, software_agent: null }
    expect(summariseCredentials({ ...signedBy('OpenAI-API', ['other', 'gpt-image']), actions: [opened, creation] })).toEqual({
      present: true,
      valid: 'intact',
      problems: [],
      claim_generator: 'OpenAI-API',
      software_agent: 'gpt-image',
      signer: 'OpenAI',
      issuer: 'An Authority',
      digital_source_type: 'trainedAlgorithmicMedia',
      made_at: null,
      trust: 'no_trust_list',
    })
  })

  it('of a picture without any says so', () => {
    expect(summariseCredentials(absentCredentials)).toMatchObject({
      present: false,
      valid: 'unchecked',
      software_agent: null,
      signer: null,
    })
  })
})
