import { CoseAlgorithmIdentifier } from '@trustnxt/c2pa-ts/cose'
import { CBORBox, type SuperBox } from '@trustnxt/c2pa-ts/jumbf'
import { ActionAssertion, type Manifest } from '@trustnxt/c2pa-ts/manifest'
import { boundedText } from './bounded-text.ts'
import type { CredentialAction, CredentialClaim, CredentialSigner, NamedSoftware } from './content-credentials.ts'

const MAX_ACTIONS = 8
const MAX_NAMES = 4

/** A decoded map whose members may be anything. */
type Loose = Readonly<Record<string, unknown>>

/**
 * Reads what a manifest says, from its decoded CBOR: versions of the standard and of its writers differ in where they put a name, and in
 * whether it is a text or a map.
 * @param stampHolds its time stamp, if it has one, was verified
 */
export function readClaim(manifest: Manifest, stampHolds: boolean): CredentialClaim {
  const claim = mapOf(cborOf(manifest.claim?.sourceBox))
  const info = listOf(claim['claim_generator_info']).flatMap(readSoftware).slice(0, MAX_NAMES)
  const actions = rawActions(manifest)
  const read = actions.flatMap(({ action, agents }) => readAction(action, agents)).slice(0, MAX_ACTIONS)
  const agents = read.flatMap(({ software_agent: agent }) => (agent ? [agent.name] : []))
  return {
    claim_generator: boundedText(claim['claim_generator']) ?? spoken(info[0]),
    claim_generator_info: info,
    software_agents: [...new Set(agents)].slice(0, MAX_NAMES),
    signer: readSigner(manifest),
    actions: read,
    made_at: (stampHolds ? readStamp(manifest) : null) ?? readCreation(actions.map(({ action }) => action)),
    alg: readAlgorithm(manifest),
  }
}

const mapOf = (value: unknown): Loose => (typeof value === 'object' && value !== null ? (value as Loose) : {})

/** A list, or the one thing that stands where a list may. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

function cborOf(box: SuperBox | undefined): unknown {
  const [content] = box?.contentBoxes ?? []
  return content instanceof CBORBox ? content.content : undefined
}

/** A name alone, or a map of name and version. */
function readSoftware(value: unknown): NamedSoftware[] {
  const { name, version } = typeof value === 'string' ? { name: value, version: null } : mapOf(value)
  const bounded = boundedText(name)
  return bounded === null ? [] : [{ name: bounded, version: boundedText(version) }]
}

function spoken(software: NamedSoftware | undefined): string | null {
  if (!software) return null
  return software.version === null ? software.name : boundedText(`${software.name}/${software.version}`)
}

/** An action, and the list in which it may name its agent by number. */
interface RawAction {
  action: Loose
  agents: unknown[]
}

function rawActions({ assertions }: Manifest): RawAction[] {
  const found = assertions?.assertions.filter((assertion) => assertion instanceof ActionAssertion) ?? []
  return found.flatMap((assertion) => {
    const content = mapOf(cborOf(assertion.sourceBox))
    const agents = listOf(content['softwareAgents'])
    return listOf(content['actions']).map((action) => ({ action: mapOf(action), agents }))
  })
}

function readAction(raw: Loose, agents: unknown[]): CredentialAction[] {
  const action = boundedText(raw['action'])
  if (action === null) return []
  const [agent = null] = readSoftware(raw['softwareAgent'] ?? agents[Number(raw['softwareAgentIndex'])])
  return [{ action, digital_source_type: lastPart(boundedText(raw['digitalSourceType'])), software_agent: agent }]
}

/** Of `http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia`, the term. */
const lastPart = (term: string | null) => term?.split('/').at(-1) ?? null

function readAlgorithm({ signature }: Manifest): string | null {
  const identifier = signature?.signatureData.algorithm?.coseIdentifier
  return identifier === undefined ? null : (CoseAlgorithmIdentifier[identifier] ?? null)
}

type Certificate = NonNullable<NonNullable<Manifest['signature']>['signatureData']['certificate']>

function readSigner({ signature }: Manifest): CredentialSigner | null {
  const certificate = signature?.signatureData.certificate
  if (!certificate) return null
  return {
    common_name: fieldOf(certificate.subjectName, 'CN'),
    organisation: fieldOf(certificate.subjectName, 'O'),
    issuer: fieldOf(certificate.issuerName, 'CN') ?? fieldOf(certificate.issuerName, 'O'),
    not_before: isoOrNull(certificate.notBefore),
    not_after: isoOrNull(certificate.notAfter),
  }
}

const fieldOf = (name: Certificate['subjectName'], field: string) => boundedText(name.getField(field)[0])

function readStamp({ signature }: Manifest): string | null {
  return isoOrNull(signature?.signatureData.timestamp)
}

function readCreation(actions: readonly Loose[]): string | null {
  const when = actions.find(({ action }) => action === 'c2pa.created')?.['when']
  return when instanceof Date ? isoOrNull(when) : isoOrNull(new Date(boundedText(when) ?? Number.NaN))
}

function isoOrNull(date: Date | undefined): string | null {
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : null
}
