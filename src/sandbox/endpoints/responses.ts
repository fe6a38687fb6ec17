import type { Call } from '../call.ts'
import { notSpoken } from './not-spoken.ts'

/** `POST /v1/responses`: not emulated yet. */
export async function responses(call: Call): Promise<void> {
  throw notSpoken(call)
}
