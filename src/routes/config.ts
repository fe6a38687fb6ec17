import { z } from 'zod'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError, type Environment, readText } from '../primitives/settings.ts'
import type { RouteContract, RouteGrade, RouteKind } from './route-contract.ts'

const OFFICIAL_ORIGIN = 'https://api.openai.com'
const refusedKinds = ['account-pool', 'session-relay', 'cookie', 'harvested-token']
const whyRefused = 'account pools, session relays, cookies and harvested tokens are not served, see docs/configuration.md#refused-routes'

const fact = z.string().trim().min(1).max(500)

/** Paths are put behind it, so it must end where the path begins; a password in it would stand in every record. */
const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .refine((url) => parsed(url, (it) => it.username === '' && it.password === ''), 'expected an address without user and password')
  .refine((url) => parsed(url, (it) => it.search === '' && it.hash === ''), 'expected an address without query and fragment')

/** One row of `routes:` in darkroom.yaml. */
export const routeSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes'),
    owner: fact,
    kind: z.enum(['official', 'provider', 'wrapper', 'self-hosted'], {
      error: (issue) => (refusedKinds.includes(String(issue.input)) ? whyRefused : undefined),
    }),
    protocol: z.literal('openai').default('openai'),
    base_url: baseUrl,
    key: z
      .strictObject({
        env: z
          .string()
          .regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'expected the name of an environment variable such as OPENAI_API_KEY, never the key itself'),
      })
      .nullish(),
    models: z.record(fact, fact).default({}),
    price_card: fact.nullish(),
    transparent_preview: z.boolean().default(false),
    failed_calls: z.partialRecord(z.enum(['timeout', 'policy', 'retry']), z.enum(['charged', 'free', 'unknown'])).nullish(),
    rights: z.partialRecord(z.enum(['store', 'commercial', 'delete', 'redistribute']), z.union([z.boolean(), fact])).nullish(),
    terms: z.strictObject({ url: z.url(), read_on: z.iso.date(), by: fact }).nullish(),
    account_owner: fact.nullish(),
    support: fact.nullish(),
    retention: fact.nullish(),
  })
  .refine(keyTravelsUnread, {
    path: ['base_url'],
    message: 'expected https, because the key of this route would be readable on the way; plain http is for loopback addresses',
    // Beside whatever else is wrong with the row, not only once that is mended.
    when: () => true,
  })

/** A route as written in the file. */
export type RouteRow = z.infer<typeof routeSchema>

/** What cannot be parsed has its own message already and passes here. */
function parsed(url: unknown, holds: (url: URL) => boolean): boolean {
  return typeof url !== 'string' || !URL.canParse(url) || holds(new URL(url))
}

/** A key may go over plain http only where no other machine is on the way. */
function keyTravelsUnread(row: { key?: unknown; base_url?: unknown }): boolean {
  return row?.key == null || parsed(row.base_url, (url) => url.protocol !== 'http:' || isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
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
 * Turns a row of the file into a route, taking its key from the environment.
 * @throws MissingKeyError when the row names a variable that is not set.
 */
export function routeFromRow(row: RouteRow, environment: Environment): RouteContract {
  const variable = row.key?.env ?? null
  const key = variable === null ? null : readText(environment, variable, null)
  if (variable !== null && key === null) throw new MissingKeyError(row.id, variable)
  return {
    id: row.id,
    owner: row.owner,
    kind: row.kind,
    protocol: row.protocol,
    baseUrl: row.base_url.replace(/\/+$/, ''),
    key: key === null ? null : new Secret(key),
    keySource: variable,
    models: row.models,
    priceCard: row.price_card ?? null,
    transparentPreview: row.transparent_preview,
    failedCalls: row.failed_calls ?? null,
    rights: row.rights ?? null,
    terms: row.terms ?? null,
    accountOwner: row.account_owner ?? null,
    support: row.support ?? null,
    retention: row.retention ?? null,
    grade: gradeOf(row.kind, row.base_url),
  }
}

/** The word "official" in a file proves nothing: only OpenAI's own host carries production traffic without a gate. */
function gradeOf(kind: RouteKind, baseUrl: string): RouteGrade {
  return kind === 'official' && new URL(baseUrl).origin === OFFICIAL_ORIGIN ? 'production' : 'manual-test'
}

const unstated = { failedCalls: null, rights: null, terms: null, accountOwner: null, support: null, retention: null } as const

/** The route that `--live` opens: OpenAI itself, paid by the owner of `OPENAI_API_KEY`. */
export function officialRoute(key: string): RouteContract {
  return {
    ...unstated,
    id: 'openai',
    owner: 'openai',
    kind: 'official',
    protocol: 'openai',
    baseUrl: `${OFFICIAL_ORIGIN}/v1`,
    key: new Secret(key),
    keySource: 'OPENAI_API_KEY',
    models: {},
    priceCard: null,
    transparentPreview: false,
    grade: 'production',
  }
}

/** The route to the built-in sandbox: play money, pictures that say so. */
export function sandboxRoute(sandboxUrl: string): RouteContract {
  return {
    ...unstated,
    id: 'sandbox',
    owner: 'darkroom-sandbox',
    kind: 'sandbox',
    protocol: 'openai',
    baseUrl: `${sandboxUrl}/v1`,
    key: new Secret('sk-sandbox'),
    keySource: null,
    models: {},
    priceCard: null,
    transparentPreview: false,
    grade: 'production',
  }
}
