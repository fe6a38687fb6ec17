import { setTimeout as systemPause } from 'node:timers/promises'
import { type UntrustedAnswer, type UntrustedDetail, UntrustedRefusal } from '../../outbound/index.ts'
import { mediaTypeOf } from '../answer-kind.ts'
import type { ApiframeProviderParts } from './apiframe-parts.ts'
import type { Deadline } from './deadline.ts'
import { ReplyCut } from './reply-cut.ts'

const MAX_PICTURE_BYTES = 134_217_728
const HEAD_TIMEOUT_MS = 30_000
/** The picture is paid for: a store that is not ready yet, or for a moment not there, is asked again. */
const MOST_ATTEMPTS = 4
const RETRY_WAIT_MS = 1_000
const mayPass = new Set<UntrustedDetail>(['dns', 'connect', 'tls', 'status', 'timeout', 'protocol'])

/**
 * The bytes of a finished picture, from whatever address upstream gave: through the door for addresses nobody vouches for, without a key,
 * never inflated, of bounded length. Nothing of the address or of why it failed is told to a caller.
 * @throws ReplyCut
 */
export async function* fetchPicture(
  parts: ApiframeProviderParts,
  url: string,
  { deadline, signal }: { deadline: Deadline; signal: AbortSignal | undefined },
): AsyncGenerator<Buffer> {
  const answer = await open(parts, url, deadline, signal)
  let byteLength = 0
  try {
    for await (const piece of answer.body) {
      byteLength += piece.length
      yield piece
    }
  } catch (error) {
    throw cutBy(error)
  }
  if (byteLength === 0) throw new ReplyCut('picture_unreachable')
}

async function open(parts: ApiframeProviderParts, url: string, deadline: Deadline, signal?: AbortSignal): Promise<UntrustedAnswer> {
  const { outbound, pause = systemPause, maxPictureBytes: maxBodyBytes = MAX_PICTURE_BYTES } = parts
  for (let attempt = 1; ; attempt += 1) {
    const timeoutMs = deadline.remainingMs()
    const headersTimeoutMs = Math.min(HEAD_TIMEOUT_MS, timeoutMs)
    const request = {
      destination: 'untrusted',
      purpose: 'job_result',
      method: 'GET',
      url,
      maxBodyBytes,
      timeoutMs,
      headersTimeoutMs,
    } as const
    try {
      return pictureOnly(await outbound.untrusted({ ...request, ...(signal && { signal }) }))
    } catch (error) {
      const again = error instanceof UntrustedRefusal && mayPass.has(error.detail) && attempt < MOST_ATTEMPTS && !deadline.whyOver()
      if (!again) throw cutBy(error)
      await pause(Math.min(RETRY_WAIT_MS, deadline.remainingMs()))
    }
  }
}

/** Stores answer with the type of the picture, with the type of plain bytes, or with none; a page is none of these. */
function pictureOnly(answer: UntrustedAnswer): UntrustedAnswer {
  if (/^(?:image\/.+|(?:application|binary)\/octet-stream|)$/.test(mediaTypeOf(answer))) return answer
  answer.discard()
  throw new ReplyCut('picture_unreachable')
}

function cutBy(error: unknown): ReplyCut {
  if (error instanceof ReplyCut) return error
  if (!(error instanceof UntrustedRefusal)) return new ReplyCut('reader', error)
  switch (error.detail) {
    case 'timeout':
    case 'too_large':
    case 'aborted':
      return new ReplyCut(error.detail)
    case 'protocol':
      return new ReplyCut('reset')
    default:
      return new ReplyCut('picture_unreachable')
  }
}
