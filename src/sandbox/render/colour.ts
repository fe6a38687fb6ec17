/** An opaque colour as `#rrggbb`. */
export type Colour = string

/** Lightness 0..1 and two colour axes of the OKLab space (Björn Ottosson, 2020), where equal steps look equal. */
type Lab = [lightness: number, greenRed: number, blueYellow: number]

function channels(colour: Colour): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

function toLinear(channel: number): number {
  const value = channel / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function fromLinear(value: number): number {
  const encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055
  return Math.max(0, Math.min(255, Math.round(encoded * 255)))
}

function toLab(colour: Colour): Lab {
  const [red, green, blue] = channels(colour).map(toLinear) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function fromLab([lightness, greenRed, blueYellow]: Lab): Colour {
  const l = (lightness + 0.3963377774 * greenRed + 0.2158037573 * blueYellow) ** 3
  const m = (lightness - 0.1055613458 * greenRed - 0.0638541728 * blueYellow) ** 3
  const s = (lightness - 0.0894841775 * greenRed - 1.291485548 * blueYellow) ** 3
  return hex(
    fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  )
}

function hex(red: number, green: number, blue: number): Colour {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`
}

/** The colour between two, `share` 0 (first) to 1 (second), on the straight line of OKLab. */
export function mix(first: Colour, second: Colour, share: number): Colour {
  const from = toLab(first)
  const to = toLab(second)
  return fromLab(from.map((value, axis) => value + (to[axis]! - value) * share) as Lab)
}

/** The colour at `position` 0..1 along a row of at least one colour. */
export function along(colours: readonly Colour[], position: number): Colour {
  const place = Math.max(0, Math.min(1, position)) * (colours.length - 1)
  const index = Math.min(colours.length - 2, Math.floor(place))
  return index < 0 ? colours[0]! : mix(colours[index]!, colours[index + 1]!, place - index)
}

/** The same colour lighter (positive) or darker (negative); `amount` in OKLab lightness, 0.1 is a clear step. */
export function lighten(colour: Colour, amount: number): Colour {
  const [lightness, greenRed, blueYellow] = toLab(colour)
  return fromLab([Math.max(0, Math.min(1, lightness + amount)), greenRed, blueYellow])
}

/** CSS text of a colour with opacity 0..1. */
export function withAlpha(colour: Colour, opacity: number): string {
  return `rgba(${channels(colour).join(',')},${Math.round(opacity * 1000) / 1000})`
}

/** The colour of a pixel with channels 0..255. */
export function colourOfPixel(red: number, green: number, blue: number): Colour {
  return hex(red, green, blue)
}

/** The three channels of a colour, 0..255. */
export function pixelOfColour(colour: Colour): [red: number, green: number, blue: number] {
  return channels(colour)
}

/** What a translucent layer of `top` over `ground` looks like, `opacity` 0..1. */
export function layered(top: Colour, opacity: number, ground: Colour): Colour {
  const above = channels(top)
  const [red, green, blue] = channels(ground).map((value, index) => Math.round(value + (above[index]! - value) * opacity))
  return hex(red!, green!, blue!)
}

function luminance(colour: Colour): number {
  const [red, green, blue] = channels(colour).map(toLinear) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast ratio 1..21 of two colours as WCAG 2.2 defines it; 4.5 is its bound for body text, 3 for large text. */
export function contrast(first: Colour, second: Colour): number {
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** Whichever of the two inks reads better on this ground. */
export function readableOn(ground: Colour, first: Colour, second: Colour): Colour {
  return contrast(ground, first) >= contrast(ground, second) ? first : second
}
