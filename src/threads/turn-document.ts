import type { JsonObject, JsonValue } from '../primitives/json.ts'

/** What was asked and answered in a turn, without pictures. It is kept sealed, see `sealDocument`. */
export type TurnDocument = {
  request: {
    /** `input` of the caller's own call, with placeholders where pictures went as bytes; never with earlier turns put before it. */
    input: JsonValue
    instructions: JsonValue
    /** Pictures of the input: the place of a placeholder (`input[0].content[1].image_url`), and the SHA-256 of what went upstream there. */
    pictures: { place: string; sha256: string }[]
  }
  /** The response with null in place of its pictures; null while it has not come, or when it never did. */
  response: JsonObject | null
  /** Ids of the pictures that went upstream as bytes because it no longer had them. */
  replayedImages: string[]
  /** What another process needs to settle a background call that this one began; absent for other calls. */
  run?: JsonObject
}
