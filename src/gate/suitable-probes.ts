import type { GatedRoute } from './gated-route.ts'
import type { ProbeExpectation, ProbeName } from './probe.ts'
import { probeSizes } from './probe-values.ts'

/** Whether a size can be asked for by name: the chance decides which, never whether. */
const takesSizes = (route: GatedRoute) => probeSizes(route, () => 0) !== null

/** The probe that brings the first picture. */
export function mainProbe(route: GatedRoute): 'unusual_size' | 'plain_picture' {
  return takesSizes(route) ? 'unusual_size' : 'plain_picture'
}

/** The qualities that may be named, cheapest first. What a row does not say is asked for: calls that name one go upstream too. */
export function offeredQualities({ model, capabilities }: GatedRoute): string[] {
  return offered(capabilities?.qualities ?? null, model.qualities)
}

/** The formats of still pictures that may be named, png first where it is among them. */
export function offeredFormats({ model, capabilities }: GatedRoute): string[] {
  const still = ['png', 'jpeg', 'webp'].filter((format) => model.outputFormats.some((drawn) => drawn === format))
  return offered(capabilities?.formats ?? null, still)
}

function offered(declared: 'model' | readonly string[] | null, drawn: readonly string[]): string[] {
  return drawn.filter((value) => declared === null || declared === 'model' || declared.includes(value))
}

/** True for formats that can hold transparency. */
export function hasTransparency(format: string): boolean {
  return format !== 'jpeg'
}

/** What an honest route does when it is asked for a transparent background. */
export function transparencyExpected({ model, capabilities }: GatedRoute): ProbeExpectation {
  const declared = capabilities?.transparency ?? null
  if (declared === false || (declared === true && model.transparent === 'no')) return 'refusal'
  return declared === true && model.transparent === 'yes' ? 'picture' : 'either'
}

/**
 * Probes without which no verdict stands: one that brings a picture, the model that does not exist, and the higher quality where the route
 * has several.
 */
export function decidingProbes(route: GatedRoute): ProbeName[] {
  const deciding: ProbeName[] = ['nonsense_model', mainProbe(route), 'quality']
  return deciding.filter((name) => whySkipped(route, name) === null)
}

/** Why a probe does not suit a route; null when it does. What a contract does not offer is no fault of the route. */
export function whySkipped(route: GatedRoute, name: ProbeName): string | null {
  if (!route.operations.includes('generate')) return `The protocol ${route.protocol} serves no generations here.`
  return reasons[name]?.(route) ?? null
}

const noSizes = ({ namesSize, protocol }: GatedRoute) =>
  namesSize ? 'The route declares that no size may be named.' : `The protocol ${protocol} carries no explicit sizes.`

const reasons: Partial<Record<ProbeName, (route: GatedRoute) => string | null>> = {
  illegal_size: (route) => (takesSizes(route) ? null : noSizes(route)),
  unusual_size: (route) => (takesSizes(route) ? null : noSizes(route)),
  plain_picture: (route) => (takesSizes(route) ? 'The probe of an unusual size brings a picture.' : null),
  unknown_key: ({ speaksUnknownKeys, protocol }) =>
    speaksUnknownKeys ? null : `The protocol ${protocol} carries only the parameters it knows.`,
  transparent: (route) => {
    const formats = offeredFormats(route)
    return formats.length > 0 && !formats.some(hasTransparency) ? 'The route declares no format that can be transparent.' : null
  },
  format: (route) => (offeredFormats(route).length > 1 ? null : 'The route declares no second format.'),
  quality: (route) => (offeredQualities(route).length > 1 ? null : 'The route declares no second quality.'),
}
