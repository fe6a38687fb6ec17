import type { Call } from '../call.ts'
import { notSpoken } from './not-spoken.ts'

/** `POST /v1/images/edits`: not emulated yet. */
export async function edits(call: Call): Promise<void> {
  throw notSpoken(call)
}
