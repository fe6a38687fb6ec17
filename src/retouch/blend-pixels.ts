/**
 * Blends `over` into `base`, in place, pixel by pixel. Weight 0 leaves a pixel's bytes as they are, colour under full transparency included;
 * weight 255 copies the other's bytes.
 * @param weights one of 0..255 per pixel @param channels of both: 3 = RGB, 4 = RGBA
 */
export function blendPixels(base: Uint8Array, over: Uint8Array, weights: Uint8Array, channels: 3 | 4): void {
  for (let pixel = 0, at = 0; pixel < weights.length; pixel++, at += channels) {
    const weight = weights[pixel]!
    if (weight === 0) continue
    if (weight === 255) copyPixel(base, over, at, channels)
    else if (channels === 3 || (base[at + 3] === 255 && over[at + 3] === 255)) mixOpaque(base, over, at, weight)
    else mixTransparent(base, over, at, weight)
  }
}

function copyPixel(base: Uint8Array, over: Uint8Array, at: number, channels: 3 | 4): void {
  base[at] = over[at]!
  base[at + 1] = over[at + 1]!
  base[at + 2] = over[at + 2]!
  if (channels === 4) base[at + 3] = over[at + 3]!
}

function mixOpaque(base: Uint8Array, over: Uint8Array, at: number, weight: number): void {
  for (let channel = at; channel < at + 3; channel++) {
    base[channel] = Math.round((base[channel]! * (255 - weight) + over[channel]! * weight) / 255)
  }
}

/** A pixel's colour counts as much as its alpha: what cannot be seen does not tint its neighbour. */
function mixTransparent(base: Uint8Array, over: Uint8Array, at: number, weight: number): void {
  const [own, other] = [base[at + 3]! * (255 - weight), over[at + 3]! * weight]
  if (own + other === 0) return
  for (let channel = at; channel < at + 3; channel++) {
    base[channel] = Math.round((base[channel]! * own + over[channel]! * other) / (own + other))
  }
  base[at + 3] = Math.round((own + other) / 255)
}
