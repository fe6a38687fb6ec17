import { expect } from 'vitest'
import { type ErrorObject, errorBodySchema } from '../../src/contract/record.ts'
import { maskWithHoles, scene } from '../support/edit-pictures.ts'
import type { TestGateway } from '../support/test-gateway.ts'
import { FORM_TYPE, filePart, type RawPart, rawForm, textParts } from './raw-form.ts'

/** A small picture of the shape that is asked for. */
export const room = scene(256, 160)
/** What every edit here asks. */
export const fields = { model: 'gpt-image-2', prompt: 'replace the background', size: '1024x640', quality: 'low' }
/** A good mask for it. */
export const mask = maskWithHoles(256, 160, [{ x: 20, y: 20, width: 60, height: 40 }])
/** A picture as JSON carries it. */
export const dataUrl = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`

/** What is sent: a form of parts beside the usual fields, or a JSON body. */
export type Sent = { parts: RawPart[]; end?: string; contentType?: string } | { json: object } | { text: string }

/** Sends an edit with the gateway's key, or with that of `headers`. */
export function send(gateway: TestGateway, sent: Sent, headers: Record<string, string> = {}): Promise<Response> {
  if ('parts' in sent) {
    const body = rawForm([...textParts(fields), ...sent.parts], sent.end)
    return gateway.fetch('/v1/images/edits', {
      method: 'POST',
      body,
      headers: { 'content-type': sent.contentType ?? FORM_TYPE, ...headers },
    })
  }
  const body = 'json' in sent ? JSON.stringify({ ...fields, ...sent.json }) : sent.text
  return gateway.fetch('/v1/images/edits', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

/** What a refusal says, once it is one as OpenAI's clients read it, and free. */
export function checkedError(status: number, text: string): ErrorObject & { status: number } {
  const { error } = errorBodySchema.parse(JSON.parse(text))
  expect(error).toMatchObject({ outcome: 'not_charged', generation_id: null })
  return { ...error, status }
}

/** A form with one picture. */
export const file = (content: Buffer | string, fileName?: string, type?: string): Sent => ({
  parts: [filePart('image', content, fileName, type)],
})
/** A form with the small picture under a mask. */
export const masked = (content: Buffer): Sent => ({ parts: [filePart('image', room), filePart('mask', content, 'mask.png')] })
/** JSON that names one picture. */
export const from = (reference: object): Sent => ({ json: { images: [reference] } })
