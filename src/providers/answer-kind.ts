import type { OutboundHead } from '../outbound/index.ts'
import { headerValue } from './head-facts.ts'

/** What to do with the body that follows a head. */
export type AnswerKind =
  /** An image answer: its bytes go to the sink. */
  | { body: 'json' | 'sse' }
  /** A refusal: its bytes are collected and read. */
  | { body: 'refusal' }
  /** Nothing we asked for: its bytes are not read. */
  | { body: 'unwanted'; cause: 'redirect' | 'html' | 'content_type' | 'content_encoding' }

/**
 * Reads the kind of an answer off its head alone; nothing is sniffed. We ask for no encoding, so an encoded success is
 * refused unread: inflating it would be the sender's choice of how much memory we use.
 */
export function kindOfAnswer(head: OutboundHead): AnswerKind {
  if (head.status >= 400) return { body: 'refusal' }
  if (head.status >= 300) return { body: 'unwanted', cause: 'redirect' }
  if (isEncoded(head)) return { body: 'unwanted', cause: 'content_encoding' }
  switch (mediaTypeOf(head)) {
    case 'application/json':
      return { body: 'json' }
    case 'text/event-stream':
      return { body: 'sse' }
    case 'text/html':
      return { body: 'unwanted', cause: 'html' }
    default:
      return { body: 'unwanted', cause: 'content_type' }
  }
}

/** The same for lines of JSON in a file that upstream keeps: they come as bytes of whatever media type, but never as a page. */
export function kindOfFile(head: OutboundHead): AnswerKind {
  const kind = kindOfAnswer(head)
  return kind.body === 'unwanted' && kind.cause === 'content_type' ? { body: 'json' } : kind
}

/** True when the body is compressed or otherwise encoded. */
export function isEncoded(head: OutboundHead): boolean {
  const encoding = headerValue(head.headers, 'content-encoding')
  return encoding !== null && !/^\s*(identity)?\s*$/i.test(encoding)
}

/** The media type without parameters, in lower case. */
export function mediaTypeOf(head: OutboundHead): string {
  return (headerValue(head.headers, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
}
