import { formatSize, parseSize } from '../contract/size-rules.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { GatedRoute } from './gated-route.ts'
import type { Probe, ProbeName, SkippedProbe } from './probe.ts'
import { type Chance, illegalSizeNear, pick, probePrompt, probeSizes, randomHex } from './probe-values.ts'
import { hasTransparency, offeredFormats, offeredQualities, transparencyExpected, whySkipped } from './suitable-probes.ts'

/** The probes for a route, in the order they are made, and those that do not suit it. */
export interface ProbePlan {
  probes: Probe[]
  skipped: SkippedProbe[]
}

/** What all probes of one run are made of. */
interface Draft {
  route: GatedRoute
  /** Body of the plainest picture: smallest size, lowest quality. */
  plain: JsonObject
  /** Another size for the second picture; empty where none may be named. */
  otherSize: JsonObject
  chance: Chance
}

/** Refusals first, they cost nothing; then pictures, the cheapest first. */
const order: readonly ProbeName[] = [
  'nonsense_model',
  'illegal_size',
  'unknown_key',
  'unusual_size',
  'plain_picture',
  'transparent',
  'format',
  'quality',
]

/**
 * Plans the probes of one run.
 * @param chance numbers in [0, 1); another seed asks for other sizes, prompts and names, so that no route can know a probe when it sees one
 */
export function planProbes(route: GatedRoute, chance: Chance): ProbePlan {
  const draft = draftOf(route, chance)
  const plan: ProbePlan = { probes: [], skipped: [] }
  for (const name of order) {
    const reason = whySkipped(route, name)
    if (reason === null) plan.probes.push({ name, ...makers[name](draft) })
    else plan.skipped.push({ name, reason })
  }
  return plan
}

function draftOf(route: GatedRoute, chance: Chance): Draft {
  const sizes = probeSizes(route, chance)
  const quality = offeredQualities(route)[0]
  const format = offeredFormats(route)[0]
  const plain = {
    model: route.modelAsked,
    prompt: probePrompt(chance),
    ...(sizes && { size: formatSize(sizes.first) }),
    ...(quality && { quality }),
    ...(format && { output_format: format }),
  }
  return { route, plain, otherSize: sizes ? { size: formatSize(sizes.second) } : {}, chance }
}

type Maker = (draft: Draft) => Omit<Probe, 'name'>

const makers: Record<ProbeName, Maker> = {
  nonsense_model: ({ plain, chance }) => ({
    purpose: 'Whether a model that does not exist is refused: a route that draws it all the same does not look at the model.',
    body: plain,
    wireChanges: {},
    modelSent: `gpt-image-${randomHex(chance)}`,
    expects: 'refusal',
  }),
  illegal_size: ({ plain, chance }) => ({
    purpose: 'Whether a size that the model cannot draw is refused.',
    body: plain,
    wireChanges: { size: formatSize(illegalSizeNear(parseSize(String(plain['size']))!, chance)) },
    modelSent: null,
    expects: 'refusal',
  }),
  unknown_key: ({ plain, chance }) => ({
    purpose: 'Whether a parameter that does not exist is refused, as the API does.',
    body: plain,
    wireChanges: { [`option_${randomHex(chance)}`]: true },
    modelSent: null,
    expects: 'refusal',
  }),
  unusual_size: ({ plain }) => ({
    purpose: 'Whether exactly the pixels come that were asked for, in a size that nobody asks for by habit.',
    body: plain,
    wireChanges: {},
    modelSent: null,
    expects: 'picture',
  }),
  plain_picture: ({ plain }) => ({
    purpose: 'Whether a picture comes, and what it says of who made it; no size is named because the route takes none.',
    body: plain,
    wireChanges: {},
    modelSent: null,
    expects: 'picture',
  }),
  transparent: ({ route, plain }) => ({
    purpose: 'Whether a transparent background is drawn or refused, as the route declares.',
    body: { ...plain, ...transparentFormat(route) },
    wireChanges: { background: 'transparent' },
    modelSent: null,
    expects: transparencyExpected(route),
  }),
  format: ({ route, plain, otherSize, chance }) => ({
    purpose: 'Whether another format and another size are honoured.',
    body: { ...plain, ...otherSize, output_format: pick(offeredFormats(route).slice(1), chance)! },
    wireChanges: {},
    modelSent: null,
    expects: 'picture',
  }),
  quality: ({ route, plain }) => ({
    purpose: 'Whether a higher quality costs more tokens than the lowest at the same size: equal tokens mean that quality is ignored.',
    body: { ...plain, quality: offeredQualities(route)[1]! },
    wireChanges: {},
    modelSent: null,
    expects: 'picture',
  }),
}

/** A format that can be transparent, where formats may be named at all. */
function transparentFormat(route: GatedRoute): JsonObject {
  const format = offeredFormats(route).find(hasTransparency)
  return format === undefined ? {} : { output_format: format }
}
