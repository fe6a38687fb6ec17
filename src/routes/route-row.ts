import { z } from 'zod'
import { capabilitySchema } from './capability-row.ts'
import { whyRefused } from './refused-kinds.ts'
import { routeFact as fact } from './route-fact.ts'
import { routeProtocols } from './route-protocol.ts'
import { secretName } from './secret-name.ts'

/** Names of the presets, as `preset:` takes them. */
export const presetNames = ['openai', 'laozhang-per-call', 'laozhang-official', 'apiframe', 'openai-compatible', 'azure-openai'] as const

/** The name of a preset. */
export type PresetName = (typeof presetNames)[number]

/** Paths are put behind it, so it must end where the path begins; a password in it would stand in every record. */
const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .refine((url) => parsed(url, (it) => it.username === '' && it.password === ''), 'expected an address without user and password')
  .refine((url) => parsed(url, (it) => it.search === '' && it.hash === ''), 'expected an address without query and fragment')

/** What cannot be parsed has its own message already and passes here. */
function parsed(url: unknown, holds: (url: URL) => boolean): boolean {
  return typeof url !== 'string' || !URL.canParse(url) || holds(new URL(url))
}

const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'expected the name of an environment variable such as OPENAI_API_KEY, never the key itself')

/** Where a key is found, never the key itself. */
const keyReference = z
  .strictObject({
    env: variable.optional().describe('An environment variable.'),
    secret: z
      .string()
      .regex(secretName, 'expected the name of a secret, as `darkroom secrets set` takes it, never the key itself')
      .optional()
      .describe('A secret kept in the database, encrypted: `darkroom secrets set NAME`.'),
  })
  .refine(({ env, secret }) => (env === undefined) !== (secret === undefined), 'expected one of env and secret')

/** A reference to a key as a row writes it. */
export type KeyReference = z.infer<typeof keyReference>

/** What a failed call costs. */
const failedCall = z.enum(['charged', 'free', 'unknown'])
const right = z.union([z.boolean(), fact])
const limit = z.int().min(1).nullish()

/**
 * What a route says of itself beside its id: the fields of a row, and of a preset. None is filled in by a default; null says that
 * nobody knows, whatever a preset states.
 */
export const routeFacts = z.strictObject({
  owner: fact.optional().describe('Who answers for the route; reports never mix two owners.'),
  kind: z
    .enum(['official', 'provider', 'wrapper', 'self-hosted'], { error: (issue) => whyRefused(issue.input) })
    .optional()
    .describe('What stands behind the route.'),
  protocol: z.enum(routeProtocols).optional().describe('How it is spoken to; openai when left out.'),
  base_url: baseUrl.optional().describe('Where calls go: https wherever a key travels to another machine; no password, no query.'),
  key: keyReference.nullish().describe('Where its key is found: the name of an environment variable or of a secret, never the key itself.'),
  models: z.record(fact, fact).optional().describe('Model ids asked: sent, where the two differ.'),
  capabilities: z.array(capabilitySchema).nullish().describe('What it can do, by dated rows.'),
  price_card: fact.nullish().describe('The one price card that prices this route; left out: the cards of its owner.'),
  transparent_preview: z.boolean().optional().describe('Send transparent backgrounds on where the model lists them as preview.'),
  failed_calls: z
    .strictObject({ timeout: failedCall.nullish(), policy: failedCall.nullish(), retry: failedCall.nullish() })
    .nullish()
    .describe('What a call costs that timed out, was refused by policy, or was sent again.'),
  rights: z
    .strictObject({ store: right.nullish(), commercial: right.nullish(), delete: right.nullish(), redistribute: right.nullish() })
    .nullish()
    .describe('What may be done with its pictures: true, false, or the condition in words.'),
  terms: z.strictObject({ url: z.url(), read_on: z.iso.date(), by: fact }).nullish().describe('Who read its terms, where and when.'),
  account_owner: fact.nullish().describe('In whose name the account behind the key stands.'),
  support: fact.nullish().describe('Where its support is reached.'),
  abuse: fact.nullish().describe('Where abuse is reported.'),
  retention: fact.nullish().describe('How long it keeps prompts and pictures.'),
  limits: z
    .strictObject({ concurrency: limit, images_per_minute: limit, tokens_per_minute: limit })
    .nullish()
    .describe('What the account may do at once and per minute.'),
  usage_api: z
    .strictObject({
      key: keyReference,
      api_key_id: fact.nullish().describe("Upstream's id of the key of this route; left out: all that the account used is counted."),
      exclusive: z
        .literal(true, 'expected true: what is counted is proof only where nothing else uses the key')
        .describe('What is counted there is used by this route and nothing else.'),
    })
    .nullish()
    .describe('How to ask what the account was counted for, to find out about calls without an answer.'),
  webhook: z
    .strictObject({ secret: z.strictObject({ env: variable }) })
    .nullish()
    .describe('The signing secret of the webhook that tells /v2/provider-webhooks/{route} of finished background responses and batches.'),
})

/** The facts of a route as a preset or a row writes them. */
export type RouteFacts = z.infer<typeof routeFacts>

/** Facts without which there is no route; a row says them itself or names a preset that does. */
export const indispensableFacts = ['owner', 'kind', 'base_url'] as const

/** A key may go over plain http only where no other machine is on the way. */
export function keyTravelsUnread(key: unknown, baseUrl: unknown): boolean {
  return key == null || parsed(baseUrl, (url) => url.protocol !== 'http:' || isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
