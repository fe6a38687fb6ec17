import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptEdit } from '../../contract/check-edit.ts'
import { acceptGeneration } from '../../contract/check-generation.ts'
import { acceptResponse } from '../../contract/check-response.ts'
import { parseDarkroomHeaders } from '../../contract/darkroom-headers.ts'
import type { InputReference } from '../../contract/input-picture.ts'
import { MainModelCatalogue } from '../../contract/main-model-catalogue.ts'
import { ModelCatalogue } from '../../contract/model-catalogue.ts'
import { callFingerprint } from '../../idempotency/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { BroughtInputs } from '../brought-inputs.ts'
import { imageCallFacts, responseCallFacts } from './call-facts.ts'

const context = {
  catalogue: new ModelCatalogue(),
  mainModels: new MainModelCatalogue(),
  atMs: Date.parse('2026-11-20T12:00:00Z'),
  transparentPreview: false,
}

function headersOf(headers: Record<string, string>) {
  const read = parseDarkroomHeaders(headers)
  if (!read.ok) throw read.refusals[0]
  return read.settings
}

const generation = (change: JsonObject = {}, headers: Record<string, string> = {}) =>
  callFingerprint(
    imageCallFacts(acceptGeneration({ model: 'gpt-image-2', prompt: 'a fox', ...change }, context).request, {
      headers: headersOf(headers),
      brought: null,
    }),
  )

/** What holds where a body does not say otherwise. */
const defaults: JsonObject = {
  n: 1,
  size: 'auto',
  quality: 'auto',
  background: 'auto',
  output_format: 'png',
  output_compression: null,
  moderation: 'auto',
  stream: false,
  partial_images: null,
  complexity: null,
  user: 'anybody',
  safety_identifier: 'anybody',
  darkroom: {},
}

describe('the fingerprint of an image call', () => {
  it('is the same whichever defaults the body spells out, and in whatever order', () => {
    const names = fc.shuffledSubarray(Object.keys(defaults))
    fc.assert(
      fc.property(names, (stated) => {
        expect(generation(Object.fromEntries(stated.map((name) => [name, defaults[name]!])))).toBe(generation())
      }),
    )
  })

  it('is another one for anything that changes the result', () => {
    const changes: JsonObject[] = [
      { model: 'gpt-image-1-mini' },
      { prompt: 'a fox ' },
      { n: 2 },
      { size: '1024x1024' },
      { quality: 'low' },
      { background: 'opaque' },
      { output_format: 'webp' },
      { output_format: 'webp', output_compression: 50 },
      { moderation: 'low' },
      { stream: true },
      { stream: true, partial_images: 2 },
      { darkroom: { texts: [{ text: 'open', lang: 'en' }] } },
    ]
    const headers: Record<string, string>[] = [
      { 'x-darkroom-route': 'b' },
      { 'x-darkroom-partials': 'store' },
      { 'x-darkroom-prompt': 'fox@2' },
      { 'x-darkroom-rights': 'own' },
    ]
    const all = [generation(), ...changes.map((change) => generation(change)), ...headers.map((given) => generation({}, given))]
    expect(new Set(all).size).toBe(all.length)
  })

  it('does not look at labels, time limits, or what may answer in place of the call', () => {
    const headers: Record<string, string>[] = [
      { 'x-darkroom-project-tag': 'spring' },
      { 'x-darkroom-timeout-ms': '5000' },
      { 'x-darkroom-cache': 'ttl=60, coalesce' },
      { 'x-darkroom-strict': 'true' },
    ]
    expect(new Set(headers.map((given) => generation({}, given)))).toEqual(new Set([generation()]))
  })
})

const part = (param: string): InputReference => ({ role: 'image', param, from: { kind: 'bytes', source: 'upload', byteLength: 10 } })

function edit(sha256s: Record<string, string>): string {
  const references = Object.keys(sha256s).map(part)
  const { request } = acceptEdit({ model: 'gpt-image-2', prompt: 'a fox' }, { form: 'multipart', references }, context)
  const uploads = Object.entries(sha256s).map(([param, sha256]) => ({ param, sha256 }))
  return callFingerprint(imageCallFacts(request, { headers: headersOf({}), brought: { uploads } as unknown as BroughtInputs }))
}

const editOf = (image: JsonObject) => {
  const { request } = acceptEdit({ model: 'gpt-image-2', prompt: 'a fox', images: [image] }, { form: 'json', dataUrls: [] }, context)
  return callFingerprint(imageCallFacts(request, { headers: headersOf({}), brought: { uploads: [] } as unknown as BroughtInputs }))
}

describe('the fingerprint of an edit', () => {
  it('is made of what its files hold, in their order, and of addresses and ids as they stand', () => {
    const one = edit({ 'image[0]': 'a'.repeat(64), 'image[1]': 'b'.repeat(64) })
    expect(edit({ 'image[0]': 'a'.repeat(64), 'image[1]': 'b'.repeat(64) })).toBe(one)
    const others = [
      edit({ 'image[0]': 'b'.repeat(64), 'image[1]': 'a'.repeat(64) }),
      edit({ 'image[0]': 'a'.repeat(64) }),
      edit({ 'image[0]': 'a'.repeat(64), 'image[1]': 'c'.repeat(64) }),
      editOf({ image_url: 'https://example.com/a.png' }),
      editOf({ image_url: 'https://example.com/a.png?v=2' }),
      editOf({ file_id: 'file_1' }),
      editOf({ file_id: 'file_2' }),
    ]
    expect(new Set([one, ...others]).size).toBe(others.length + 1)
  })
})

const respond = (change: JsonObject = {}, tool: JsonObject = {}) => {
  const body = { model: 'gpt-5.4', input: 'a fox', tools: [{ type: 'image_generation', ...tool }], ...change }
  const { request } = acceptResponse(body, { dataUrls: [] }, context)
  return callFingerprint(responseCallFacts(request, { headers: headersOf({}), brought: null }))
}

describe('the fingerprint of a Responses call', () => {
  it('is the same with its defaults spelt out', () => {
    expect(respond({ stream: false, background: false, store: true, user: 'anybody', previous_response_id: null })).toBe(respond())
    expect(respond({}, { size: 'auto', quality: 'auto', action: 'auto', output_format: 'png', model: null })).toBe(respond())
  })

  it('is another one for anything else', () => {
    const changes: JsonObject[] = [
      { input: 'a hen' },
      { stream: true },
      { store: false },
      { previous_response_id: 'resp_1' },
      { instructions: 'x' },
    ]
    const tools: JsonObject[] = [{ quality: 'low' }, { action: 'edit' }, { size: '1024x1024' }]
    const all = [respond(), ...changes.map((change) => respond(change)), ...tools.map((tool) => respond({}, tool))]
    expect(new Set(all).size).toBe(all.length)
  })
})
