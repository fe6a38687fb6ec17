import { z } from 'zod'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError, type Environment, readText } from '../primitives/settings.ts'
import { isStrongWebhookSecret } from '../primitives/webhook-secret.ts'
import { capabilityFromRow } from './capability-row.ts'
import { fillFromPreset } from './fill-from-preset.ts'
import { type RouteContract, type RouteGrade, type RouteKind, unstatedFacts } from './route-contract.ts'
import { type KeyReference, keyTravelsUnread, presetNames, type RouteFacts, routeFacts } from './route-row.ts'
import { keyToCome, sourceOf } from './stored-keys.ts'

const OFFICIAL_ORIGIN = 'https://api.openai.com'

/** A row may leave a fact to its preset; a route without one of these three is none. */
const isStated = (name: keyof RouteFacts) => ({
  check: (row: unknown) => withPreset(row, (facts) => facts[name] !== undefined),
  // Beside whatever else is wrong with the row, not only once that is mended.
  params: { path: [name], when: () => true },
})

const owner = isStated('owner')
const kind = isStated('kind')
const baseUrl = isStated('base_url')

/** One row of `routes:` in darkroom.yaml. What comes out has its preset filled in. */
export const routeSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes')
      .describe('Names the route in records, headers and reports.'),
    preset: z.enum(presetNames).optional().describe("Fills in a vendor's published facts where the row says nothing."),
    ...routeFacts.shape,
  })
  .refine(owner.check, { ...owner.params, message: 'expected text: who answers for this route' })
  .refine(kind.check, { ...kind.params, message: 'expected one of official, provider, wrapper, self-hosted' })
  .refine(baseUrl.check, { ...baseUrl.params, message: 'expected an http or https address' })
  .refine((row) => withPreset(row, (facts) => keyTravelsUnread(facts.key ?? facts.usage_api, facts.base_url)), {
    path: ['base_url'],
    message: 'expected https, because the key of this route would be readable on the way; plain http is for loopback addresses',
    when: () => true,
  })
  .transform((row) => {
    const filled = fillFromPreset(row)
    return { ...filled, owner: filled.owner!, kind: filled.kind!, base_url: filled.base_url! }
  })

/** A route as the file states it, its preset filled in. */
export type RouteRow = z.infer<typeof routeSchema>

/** Asks a row that may be wrong in any way; what is no row, or names no preset, has its own message already. */
function withPreset(row: unknown, holds: (facts: RouteFacts) => boolean): boolean {
  if (typeof row !== 'object' || row === null) return true
  const { preset } = row as { preset?: unknown }
  if (preset === undefined) return holds(row as RouteFacts)
  const named = presetNames.find((name) => name === preset)
  return named === undefined || holds(fillFromPreset({ ...(row as RouteFacts), preset: named }))
}

/** A route row whose key variable is not set: named apart so that start-up can say which line wants it. */
export class MissingKeyError extends ConfigurationError {
  readonly variable: string

  constructor(routeId: string, variable: string) {
    super(`route ${routeId}: expected its key in the environment variable ${variable}, found nothing`)
    this.name = 'MissingKeyError'
    this.variable = variable
  }
}

/**
 * Turns a row of the file into a route, taking its key from the environment; one that is kept in the database is put in later (`withStoredKeys`).
 * @throws MissingKeyError when the row names a variable that is not set.
 */
export function routeFromRow(row: RouteRow, environment: Environment): RouteContract {
  return {
    id: row.id,
    owner: row.owner,
    kind: row.kind,
    protocol: row.protocol ?? 'openai',
    baseUrl: row.base_url.replace(/\/+$/, ''),
    key: row.key == null ? null : keyFrom(row.id, row.key, environment),
    keySource: row.key == null ? null : sourceOf(row.key),
    preset: row.preset ?? null,
    models: row.models ?? {},
    capabilities: (row.capabilities ?? []).map(capabilityFromRow),
    priceCard: row.price_card ?? null,
    transparentPreview: row.transparent_preview ?? false,
    failedCalls: stated(row.failed_calls),
    rights: stated(row.rights),
    terms: row.terms ?? null,
    accountOwner: row.account_owner ?? null,
    support: row.support ?? null,
    abuse: row.abuse ?? null,
    retention: row.retention ?? null,
    limits: limitsOf(row.limits),
    usageApi: usageApiOf(row, environment),
    webhook: webhookOf(row, environment),
    grade: gradeOf(row.kind, row.base_url),
  }
}

function keyFrom(routeId: string, { env: variable, secret }: KeyReference, environment: Environment): Secret {
  if (variable === undefined) return keyToCome(secret!)
  const key = readText(environment, variable, null)
  if (key === null) throw new MissingKeyError(routeId, variable)
  return new Secret(key)
}

function usageApiOf({ id, usage_api: row }: RouteRow, environment: Environment): RouteContract['usageApi'] {
  if (row == null) return null
  return { key: keyFrom(id, row.key, environment), keySource: sourceOf(row.key), apiKeyId: row.api_key_id ?? null }
}

/** @throws ConfigurationError for a secret that anybody could guess; it is not shown */
function webhookOf({ id, webhook: row }: RouteRow, environment: Environment): RouteContract['webhook'] {
  if (row == null) return null
  const secretSource = row.secret.env
  const secret = keyFrom(id, { env: secretSource }, environment)
  if (!isStrongWebhookSecret(secret.reveal()))
    throw new ConfigurationError(
      `route ${id}: expected whsec_ and at least 24 bytes of base64 in the environment variable ${secretSource}, found something else`,
    )
  return { secret, secretSource }
}

/** The members that were stated; null when none was. */
function stated<Value extends string | boolean>(members: Record<string, Value | null | undefined> | null | undefined) {
  const said = Object.entries(members ?? {}).filter((member): member is [string, Value] => member[1] != null)
  return said.length === 0 ? null : (Object.fromEntries(said) as Record<string, Value>)
}

function limitsOf(row: RouteFacts['limits']): RouteContract['limits'] {
  const limits = {
    concurrency: row?.concurrency ?? null,
    imagesPerMinute: row?.images_per_minute ?? null,
    tokensPerMinute: row?.tokens_per_minute ?? null,
  }
  return Object.values(limits).every((limit) => limit === null) ? null : limits
}

/** The word "official" in a file proves nothing: only OpenAI's own host carries production traffic without a gate. */
function gradeOf(kind: RouteKind, baseUrl: string): RouteGrade {
  return kind === 'official' && new URL(baseUrl).origin === OFFICIAL_ORIGIN ? 'production' : 'manual-test'
}

/** The route that `--live` opens: OpenAI itself, paid by the owner of `OPENAI_API_KEY`. */
export function officialRoute(key: string): RouteContract {
  return routeFromRow(routeSchema.parse({ id: 'openai', preset: 'openai' }), { OPENAI_API_KEY: key })
}

/** The route to the built-in sandbox: play money, pictures that say so. */
export function sandboxRoute(sandboxUrl: string): RouteContract {
  return {
    ...unstatedFacts,
    id: 'sandbox',
    owner: 'darkroom-sandbox',
    kind: 'sandbox',
    protocol: 'openai',
    baseUrl: `${sandboxUrl}/v1`,
    key: new Secret('sk-sandbox'),
    keySource: null,
    grade: 'production',
  }
}
