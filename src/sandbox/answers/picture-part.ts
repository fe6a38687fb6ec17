import type { FaultScript } from '../faults/fault-script.ts'
import type { PictureRun } from '../picture-run.ts'
import type { BodyPart, PicturePart } from '../wire/body-parts.ts'

/** The picture of an answer, spoiled as the script says. */
export function picturePart(bytes: Buffer, { script, format }: PictureRun): PicturePart {
  return {
    bytes: script.truncatedImage ? bytes.subarray(0, Math.floor(bytes.length * 0.6)) : bytes,
    style: {
      escaped: script.escapedBase64,
      broken: script.brokenBase64,
      dataUrlPrefix: script.dataUrl ? `data:image/${format};base64,` : undefined,
    },
  }
}

/**
 * Puts pictures where a JSON text has empty `b64_json` strings, in order.
 * The member's name in quotes cannot come from a caller's text: JSON escapes the quotes inside strings.
 */
export function withPictures(jsonText: string, pictures: readonly PicturePart[]): BodyPart[] {
  const texts = jsonText.split(/(?<="b64_json": ?")/)
  return texts.flatMap((text, index) => (index < texts.length - 1 ? [text, pictures[index]!] : [text]))
}

/** A JSON text as it is, or, where the script wants it broken, with a stray bracket in place of its closing brace. */
export function maybeBroken(jsonText: string, script: FaultScript): string {
  return script.brokenJson ? `${jsonText.trimEnd().slice(0, -1)},]` : jsonText
}

/** An address instead of a picture, as some wrappers answer; nothing is served there. */
export function addressOf({ format }: PictureRun, index: number): string {
  return `https://pictures.sandbox.invalid/${index + 1}.${format}`
}
