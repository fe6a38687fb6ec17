import type { ContentCredentials, CredentialSigner } from './content-credentials.ts'

/** What a signal of the content credentials is about. */
export type CredentialSignalName = 'c2pa_manifest' | 'c2pa_claim_generator' | 'c2pa_software_agent'

/** A pattern that was seen before and has a name. */
export type CredentialSignature =
  | 'openai_api_claim_generator'
  | 'openai_media_service_claim_generator'
  | 'chatgpt_claim_generator'
  | 'manifest_broken'

/**
 * One signal about who made a picture that came through an API route. `for`: as an official route behaves; `against`: as routes behave that
 * swap the model or relay a subscription; `none`: says nothing. No signal proves anything alone.
 */
export interface CredentialSignal {
  signal: CredentialSignalName
  verdict: 'for' | 'against' | 'none'
  /** The known pattern, null when it is none. */
  signature: CredentialSignature | null
  /** In words, for a report. */
  detail: string
}

/**
 * Names of claim generators as they were reported for OpenAI's products in 2026. What stands behind the name is not looked at: its version
 * has read 2.0 for pictures of gpt-image-2 and gpt-image-2.5 alike (openai/codex#45452), so it tells nothing about the model.
 */
const generators: readonly { pattern: RegExp; signature: CredentialSignature; isApi: boolean }[] = [
  { pattern: /^chatgpt\b/i, signature: 'chatgpt_claim_generator', isApi: false },
  { pattern: /^openai[-_ ]api\b/i, signature: 'openai_api_claim_generator', isApi: true },
  { pattern: /^openai[-_ ]media[-_ ]service[-_ ]api\b/i, signature: 'openai_media_service_claim_generator', isApi: true },
]

const agentOfModels = /^gpt-image\b/i

/**
 * Weighs the credentials of a picture that an API route delivered, one signal each for manifest, claim generator and software agent. A
 * picture made by hand in ChatGPT is rightly signed by it and is not for this.
 */
export function credentialSignals(credentials: ContentCredentials): CredentialSignal[] {
  return [manifestSignal(credentials), generatorSignal(credentials), agentSignal(credentials)]
}

function manifestSignal({ present, valid, problems, signer }: ContentCredentials): CredentialSignal {
  const signal = (verdict: CredentialSignal['verdict'], detail: string, signature: CredentialSignature | null = null) =>
    ({ signal: 'c2pa_manifest', verdict, signature, detail }) as const
  if (!present) return signal('none', 'no C2PA manifest; re-encoding removes it')
  const why = problems.length > 0 ? ` (${problems.join(', ')})` : ''
  if (valid === 'broken') return signal('against', `the C2PA manifest does not fit the picture any more${why}`, 'manifest_broken')
  if (valid === 'unchecked') return signal('none', `a C2PA manifest that could not be checked${why}`)
  return signal(
    'none',
    `signature intact${why}, signed by ${nameOf(signer)} as it says of itself; signers are not checked against a trust list`,
  )
}

function nameOf(signer: CredentialSigner | null): string {
  const names = [signer?.common_name, signer?.organisation].filter((name) => name != null)
  return [...new Set(names)].join(', ') || 'somebody without a name'
}

function knownGenerator({ claim_generator: generator, claim_generator_info: info }: ContentCredentials) {
  const names = [generator, ...info.map(({ name }) => name)].filter((name) => name !== null)
  return generators.find(({ pattern }) => names.some((name) => pattern.test(name)))
}

/** Nobody gains by posing as ChatGPT, so that name counts even where the signature could not be checked; the other way round it does not. */
function generatorSignal(credentials: ContentCredentials): CredentialSignal {
  const { claim_generator: generator, valid } = credentials
  const signal = (verdict: CredentialSignal['verdict'], detail: string, signature: CredentialSignature | null = null) =>
    ({ signal: 'c2pa_claim_generator', verdict, signature, detail }) as const
  if (generator === null) return signal('none', 'no claim generator is named')
  const known = knownGenerator(credentials)
  if (!known) return signal('none', `claim generator ${generator}, which is not known here`)
  if (!known.isApi) return signal('against', `claim generator ${generator}: made in ChatGPT, not by an API`, known.signature)
  if (valid !== 'intact') return signal('none', `claim generator ${generator}, under a signature that does not vouch for it`)
  return signal('for', `claim generator ${generator}, as the API signs`, known.signature)
}

function agentSignal(credentials: ContentCredentials): CredentialSignal {
  const signal = (verdict: CredentialSignal['verdict'], detail: string) =>
    ({ signal: 'c2pa_software_agent', verdict, signature: null, detail }) as const
  const agents = credentials.software_agents
  if (agents.length === 0) return signal('none', 'no software agent is named')
  const words = `software agent ${agents.join(', ')}`
  if (!agents.some((agent) => agentOfModels.test(agent))) return signal('none', `${words}, which is not known here`)
  if (credentials.valid !== 'intact') return signal('none', `${words}, under a signature that does not vouch for it`)
  if (knownGenerator(credentials)?.isApi === false) return signal('none', `${words}, which ChatGPT uses too`)
  return signal('for', `${words}: the family of models, not which of them`)
}
