import { failure } from '../contract/failure.ts'
import { type WrittenInput, writeInput } from '../inputs/index.ts'
import { UntrustedRefusal } from '../outbound/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** One address of a request. */
export interface InputAddress {
  url: string
  /** Where the request names it. */
  param: string
  /** Where its bytes go. */
  folder: string
  limitBytes: number
}

/**
 * Fetches a picture that a caller named by its address, through the door for addresses nobody vouches for. Whatever went wrong, the caller
 * is told the same: anything else would make this gateway a scanner of its own network.
 * @throws Failure `input_fetch_failed`
 */
export async function fetchInput(parts: GatewayParts, { url, param, folder, limitBytes }: InputAddress): Promise<WrittenInput> {
  try {
    const { body } = await parts.outbound.untrusted({
      destination: 'untrusted',
      purpose: 'input_image',
      method: 'GET',
      url,
      maxBodyBytes: limitBytes,
    })
    return await writeInput(body, { folder, name: 'fetched', limitBytes })
  } catch (error) {
    if (!(error instanceof UntrustedRefusal)) throw error
    parts.logger.warn({ param, detail: error.detail, code: error.code }, 'an address of a request was not fetched')
    throw failure('url_fetch_failed', { param })
  }
}
