const HEADER_BYTES = 128
const TAG_BYTES = 12
const MAX_TAGS = 100

/**
 * Tells from an embedded profile's own description whether it is sRGB (ICC.1:2022, 7.3 and 9.2.41). Profiles that call themselves sRGB
 * differ in the last digits of their curves, so the name is the better witness.
 */
export function profileOf(icc: Buffer | undefined): 'none' | 'srgb' | 'other' {
  if (!icc) return 'none'
  return description(icc).includes('sRGB') ? 'srgb' : 'other'
}

/** Text of the description tag, whether one byte a character (version 2) or two (version 4). */
function description(icc: Buffer): string {
  const tags = icc.length < HEADER_BYTES + 4 ? 0 : Math.min(icc.readUInt32BE(HEADER_BYTES), MAX_TAGS)
  for (let index = 0; index < tags; index++) {
    const tag = icc.subarray(HEADER_BYTES + 4 + index * TAG_BYTES).subarray(0, TAG_BYTES)
    if (tag.length < TAG_BYTES) break
    if (tag.toString('latin1', 0, 4) !== 'desc') continue
    const start = tag.readUInt32BE(4)
    return icc.toString('latin1', start, start + tag.readUInt32BE(8)).replaceAll('\0', '')
  }
  return ''
}
