import { formatSize, parseSize } from '../contract/size-rules.ts'
import { isAutoArea } from './auto-area.ts'
import type { GatedRoute } from './gated-route.ts'
import type { ProbeResult } from './probe.ts'
import { shownText } from './shown-text.ts'
import { transparencyExpected } from './suitable-probes.ts'
import { saysNothing, speaksAgainst, speaksFor, type WeighedSignal } from './weighed-signal.ts'

/** What a picture that answers a legal request says of its route: its bytes, its echo, its usage. Never throws. */
export function weighPicture(route: GatedRoute, result: ProbeResult): WeighedSignal[] {
  return [pixels(result), format(result), ...background(route, result), ...echo(result), usage(route, result)]
}

function pixels({ asked, got }: ProbeResult): WeighedSignal {
  if (!got) return speaksAgainst('pixels', 'the bytes are no picture of a known kind')
  const size = formatSize(got)
  const wished = asked.size === null ? null : parseSize(asked.size)
  if (wished === null) return saysNothing('pixels', `${size}; no size was named`)
  const isAsked = got.width === wished.width && got.height === wished.height
  if (isAsked && isAutoArea(wished)) return saysNothing('pixels', `${size} as asked, which an automatic size could have been too`)
  if (isAsked) return speaksFor('pixels', `${size}, exactly as asked`)
  const named = shownText(asked.size ?? '')
  if (isAutoArea(got) && !isAutoArea(wished))
    return speaksAgainst('pixels', `asked ${named}, got ${size}: the area of an automatic size`, 'auto_area_size')
  return speaksAgainst('pixels', `asked ${named}, got ${size}`)
}

function format({ asked, got }: ProbeResult): WeighedSignal {
  if (asked.format === null) return saysNothing('format', 'no format was named')
  if (!got) return saysNothing('format', 'the bytes are no picture of a known kind')
  const [wished, came] = [shownText(asked.format), shownText(got.format)]
  if (asked.format !== got.format) {
    return speaksAgainst('format', `asked ${wished}, got ${came}`, got.format === 'png' ? 'format_forced' : null)
  }
  return came === 'png' ? saysNothing('format', 'png, which comes anyway') : speaksFor('format', `${came}, as asked`)
}

function background(route: GatedRoute, { asked, got }: ProbeResult): WeighedSignal[] {
  if (asked.background !== 'transparent' || !got) return []
  if (got.alpha === null) return [saysNothing('background', 'whether there is transparency could not be read')]
  const expected = transparencyExpected(route)
  if (got.alpha && expected === 'refusal') return [saysNothing('background', 'transparent, although the route declares that it is not')]
  if (got.alpha) return [speaksFor('background', 'transparent, as asked')]
  if (expected === 'either') return [saysNothing('background', 'opaque although transparent was asked, which the contract leaves open')]
  return [speaksAgainst('background', 'opaque although transparent was asked, and nothing said so')]
}

function echo({ asked, reported }: ProbeResult): WeighedSignal[] {
  const rewritten = [
    ...(asked.size !== null && asked.size !== 'auto' && reported.size === 'auto' ? [`size ${shownText(asked.size)}`] : []),
    ...(asked.quality !== null && asked.quality !== 'auto' && reported.quality === 'auto' ? [`quality ${shownText(asked.quality)}`] : []),
  ]
  if (rewritten.length === 0) return []
  return [speaksAgainst('echo', `asked ${rewritten.join(' and ')}, the answer says auto`, 'forced_auto')]
}

/** Usage that counts no pictures is as good as none. */
export function hasUsage({ usage: reported }: ProbeResult): boolean {
  return reported !== null && reported.imageOut !== null && reported.imageOut > 0
}

function usage({ priceKind }: GatedRoute, result: ProbeResult): WeighedSignal {
  const { usage: reported, expectedImageOut, usageOnFormula } = result
  if (!hasUsage(result)) {
    if (priceKind === 'tokens') return speaksAgainst('usage', 'no usage although the price is by tokens', 'usage_missing')
    return saysNothing('usage', 'no usage; the price is not by tokens')
  }
  const tokens = `${reported!.imageOut} output tokens`
  const formula = expectedImageOut === null ? '' : `, ${expectedImageOut} by the formula`
  if (usageOnFormula === null) return saysNothing('usage', `${tokens}${formula}; nothing to compare with`)
  if (usageOnFormula) return speaksFor('usage', `${tokens}${formula}`)
  return speaksAgainst('usage', `${tokens}${formula}: they do not agree`)
}
