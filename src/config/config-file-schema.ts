import { z } from 'zod'
import { defaultAdmissionLimits } from '../admission/index.ts'
import { mainModelRowSchema } from '../contract/main-model-catalogue.ts'
import { modelRowSchema } from '../contract/model-catalogue.ts'
import { MOST_DAYS } from '../contract/retention.ts'
import { anyPriceCardSchema } from '../pricing/index.ts'
import { routeSchema } from '../routes/index.ts'

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.toLowerCase()
}

/** How routes are chosen; what a project leaves out it has from the policy of all. */
const routingFields = {
  order: z
    .enum(['official', 'listed', 'cost', 'latency'])
    .optional()
    .describe('What comes first among routes of one grade; official when left out.'),
  allow_owners: z.array(z.string().min(1)).min(1).nullish().describe('Owners whose routes may serve; left out: all.'),
  downgrade: z
    .array(z.enum(['quality', 'partials']))
    .optional()
    .describe('What may be given up where a call cannot be served otherwise.'),
  redispatch_500: z.boolean().optional().describe('Follow a complete 500 or 503 of the API itself by one more call.'),
}

const days = z.int().min(1).max(MOST_DAYS).nullable().default(null)

const seconds = z.int().min(5).max(3600).optional()

/** How long who waits, in seconds; what is left out is as shipped. */
const deadlineFields = {
  upstream_s: seconds.describe('One upstream call, at most; 270 when left out.'),
  gateway_s: seconds.describe('When the gateway ends a call that has not ended; 285 when left out.'),
  client_s: seconds.describe('What callers are to wait for; 300 when left out.'),
}
const deadlineRow = z.strictObject(deadlineFields)

/** `darkroom.yaml` as this version reads it. Unknown keys are refused: a misspelt setting must not be ignored. */
export const configFileSchema = z.strictObject({
  version: z.literal(1).describe('The form of this file.'),
  public_url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .optional()
    .describe('How clients reach the gateway; left out: the address they used.'),
  trust_proxy: z.boolean().default(false).describe('Believe x-forwarded-* headers of the proxy in front.'),
  allowed_hosts: z.array(z.string().min(1)).default([]).describe('Host names to answer to, beside loopback and public_url.'),
  outbound: z
    .strictObject({
      allow: z.array(z.string().refine(isOrigin, 'expected an origin: scheme, host and port, nothing behind')).default([]),
      deny_ranges: z.array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()])).default([]),
    })
    .prefault({}),
  routes: z.array(routeSchema).default([]).describe('Ways to upstreams; none: the built-in sandbox serves.'),
  price_cards: z.array(anyPriceCardSchema).default([]).describe('Prices you agreed; all amounts are quoted decimals.'),
  models: z.array(modelRowSchema).default([]).describe('Further rows of the model catalogue.'),
  main_models: z.array(mainModelRowSchema).default([]).describe('Further main models of Responses calls.'),
  unknown_models: z.enum(['refuse', 'pass_with_ceiling']).default('pass_with_ceiling'),
  policy: z
    .strictObject({
      surfaces: z.enum(['all', 'images-only']).default('all'),
      strict_masks: z.boolean().default(false),
      ...routingFields,
      projects: z.record(z.string().min(1), z.strictObject(routingFields)).default({}).describe('The same for single projects, by name.'),
      responses_ceiling: z
        .string()
        .regex(/^\d{1,6}(\.\d{1,9})?$/, 'expected dollars as text, like "1.00"')
        .default('1.00'),
      unknown_alert: z
        .strictObject({
          count: z.int().min(0).default(5),
          usd: z
            .string()
            .regex(/^\d{1,6}(\.\d{1,9})?$/, 'expected dollars as text, like "2.00"')
            .default('2.00'),
          age_h: z.int().min(0).default(24),
        })
        .prefault({})
        .describe('Beyond any of these, unknown outcomes are warned of.'),
    })
    .prefault({}),
  jobs: z
    .strictObject({
      concurrency: z.int().min(1).max(10_000).default(64).describe('Jobs made at once.'),
      waiting_per_project: z.int().min(1).max(1_000_000).default(10_000).describe('Jobs of one project that may wait.'),
      economy: z
        .strictObject({
          requests: z.int().min(1).max(50_000).default(1000).describe('Most lines of one batch.'),
          collect_s: z.int().min(1).max(86_400).default(900).describe('How long the first job of a batch waits for company.'),
          poll_s: z.int().min(1).max(3600).default(30).describe('Shortest pause between two questions about a batch.'),
          missing_s: z
            .int()
            .min(1)
            .max(86_400)
            .default(1800)
            .describe('How long a batch whose creation was not answered is looked for before it is made anew.'),
        })
        .prefault({})
        .describe('Jobs of the economy lane.'),
    })
    .prefault({})
    .describe('Work that nobody waits for.'),
  retention: z
    .strictObject({
      results_days: days.describe('Pictures that calls made.'),
      previews_days: days.describe('Previews that callers asked to keep.'),
      inputs_days: days.describe('Pictures that calls brought along, and files.'),
      prompts_days: days.describe('Words that were asked and answered.'),
    })
    .prefault({})
    .describe('Days that what is recorded from now on is kept; null: until it is deleted.'),
  admission: z
    .strictObject({
      calls: z.int().min(1).max(10_000).default(defaultAdmissionLimits.calls).describe('Calls under way at once.'),
      waiting: z.int().min(0).max(10_000).default(defaultAdmissionLimits.waiting).describe('Requests that may wait for a place.'),
      wait_s: z
        .int()
        .min(1)
        .max(60)
        .default(defaultAdmissionLimits.waitMs / 1000)
        .describe('The longest that any of them waits.'),
      body_mb: z
        .int()
        .min(1)
        .max(100_000)
        .default(defaultAdmissionLimits.bodyBytes / 1e6)
        .describe('Bodies being taken in at once, all together.'),
      body_mb_per_project: z
        .int()
        .min(1)
        .max(100_000)
        .default(defaultAdmissionLimits.bodyBytesPerProject / 1e6)
        .describe('The same for one project; a larger body comes in alone.'),
      connections: z.int().min(10).max(100_000).default(1000).describe('Connections at once.'),
      weights: z
        .record(z.string().min(1), z.number().min(0.1).max(100))
        .default({})
        .describe('What single projects count for when places are scarce, by name; 1 when not named.'),
    })
    .prefault({})
    .describe('How much is taken in at once.'),
  timeouts: z
    .strictObject({
      ...deadlineFields,
      generate: deadlineRow.optional(),
      edit: deadlineRow.optional(),
      respond: deadlineRow.optional(),
      background: deadlineRow.optional().describe('Responses calls that upstream goes on with by itself.'),
      drain_s: z.int().min(0).max(3600).default(300).describe('How long shutdown waits for calls under way.'),
    })
    .prefault({}),
  nodes: z
    .strictObject({
      beat_s: z.number().min(0.1).max(60).default(5).describe('How often a process says that it lives, where several share a database.'),
      dead_s: z.number().min(1).max(3600).default(30).describe('How long one may be silent before the others take it for dead.'),
    })
    .refine(({ beat_s, dead_s }) => dead_s >= 3 * beat_s, { path: ['dead_s'], message: 'expected at least three times beat_s' })
    .prefault({}),
})

/** The file's content after the schema filled in what it may. */
export type ConfigFileSettings = z.infer<typeof configFileSchema>

/** What `z.toJSONSchema` says of the places keys can stand in. */
interface KeyPlaces {
  properties?: Record<string, KeyPlaces>
  propertyNames?: { enum?: string[] }
  additionalProperties?: KeyPlaces | boolean
  items?: KeyPlaces
  anyOf?: KeyPlaces[]
  oneOf?: KeyPlaces[]
  allOf?: KeyPlaces[]
}

/** The keys that the file may have at a place, e.g. at `['routes', 0]`. */
export function knownKeys(at: readonly PropertyKey[]): string[] {
  let places = [z.toJSONSchema(configFileSchema, { io: 'input', unrepresentable: 'any' }) as KeyPlaces]
  for (const step of at) places = places.flatMap(withBranches).flatMap((place) => placeBelow(place, step))
  const keys = places
    .flatMap(withBranches)
    .flatMap((place) => [...Object.keys(place.properties ?? {}), ...(place.propertyNames?.enum ?? [])])
  return [...new Set(keys)]
}

function withBranches(place: KeyPlaces): KeyPlaces[] {
  const branches = [...(place.anyOf ?? []), ...(place.oneOf ?? []), ...(place.allOf ?? [])]
  return [place, ...branches.flatMap(withBranches)]
}

function placeBelow(place: KeyPlaces, step: PropertyKey): KeyPlaces[] {
  const below = typeof step === 'number' ? place.items : (place.properties?.[String(step)] ?? place.additionalProperties)
  return typeof below === 'object' ? [below] : []
}
