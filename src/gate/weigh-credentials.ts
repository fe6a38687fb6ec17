import type { GatedRoute } from './gated-route.ts'
import type { ProbeResult } from './probe.ts'
import { shownText } from './shown-text.ts'
import { saysNothing, speaksAgainst, speaksFor, type WeighedSignal } from './weighed-signal.ts'

/** Claim generators of the API, as the reader of credentials names them. Their version tells nothing and is never looked at. */
const apiGenerators = ['openai_api_claim_generator', 'openai_media_service_claim_generator']

/** Protocols at whose source every picture is signed: what arrives without was changed on the way. */
const signedProtocols = ['openai']

/** What the content credentials of a picture say of its route. Never throws. */
export function weighCredentials(route: GatedRoute, { credentials }: ProbeResult): WeighedSignal[] {
  if (credentials === null) return [saysNothing('claim_generator', 'content credentials were not read')]
  if (!credentials.present) return [saysNothing('manifest', absentWords(route))]
  const generator = credentials.claim_generator === null ? 'nobody by name' : shownText(credentials.claim_generator)
  const signed = (signature: string, verdict: string) =>
    credentials.signals.some((signal) => signal.signature === signature && signal.verdict === verdict)
  if (signed('chatgpt_claim_generator', 'against')) {
    return [speaksAgainst('claim_generator', `signed by ${generator}: made in ChatGPT, not by the API`, 'chatgpt_claim_generator')]
  }
  if (credentials.valid === 'broken') return [speaksAgainst('manifest', 'the signed manifest does not fit the picture any more')]
  if (credentials.valid === 'intact' && apiGenerators.some((signature) => signed(signature, 'for'))) {
    return [speaksFor('claim_generator', `signature intact, signed by ${generator}, as the API signs`)]
  }
  return [saysNothing('claim_generator', `signed by ${generator}, which says nothing about the API`)]
}

const removedWords = "credentials were removed and the route's row does not say so"

function absentWords({ capabilities, protocol }: GatedRoute): string {
  if (capabilities?.contentCredentials === 'stripped') return 'no content credentials, as the route declares'
  if (!signedProtocols.includes(protocol)) return `no content credentials; over ${protocol} none are known`
  return removedWords
}

/** What was done to the credentials of the pictures that came, where the route does not own up to it: keeps a route from production. */
export function credentialFault(route: GatedRoute, results: readonly ProbeResult[]): string | null {
  const read = results.flatMap(({ ended, credentials }) => (ended === 'picture' && credentials !== null ? [credentials] : []))
  if (read.some(({ valid, present }) => present && valid === 'broken')) return 'content credentials do not fit their pictures any more'
  const isDeclared = route.capabilities?.contentCredentials === 'stripped' || !signedProtocols.includes(route.protocol)
  if (isDeclared || read.length === 0 || read.some(({ present }) => present)) return null
  return removedWords
}
