import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDarkroomHeaders } from './darkroom-headers.ts'

function settings(headers: Record<string, string>) {
  const result = parseDarkroomHeaders(headers)
  if (!result.ok) throw result.refusals[0]
  return result.settings
}

describe('parseDarkroomHeaders', () => {
  it('asks nothing where no header does', () => {
    expect(settings({ authorization: 'Bearer x', 'content-type': 'application/json' })).toEqual({
      route: null,
      projectTag: null,
      timeoutMs: null,
      partials: null,
      review: null,
      prompt: null,
      rights: null,
      strict: false,
      cache: null,
      strictMask: null,
      convertMaskSource: false,
      keyTransparency: false,
      traceParent: null,
    })
  })

  it('reads every header', () => {
    const asked = settings({
      'x-darkroom-route': 'openai-eu.2',
      'x-darkroom-project-tag': 'spring / banner 7',
      'x-darkroom-timeout-ms': '120000',
      'x-darkroom-partials': 'store',
      'x-darkroom-review': 'required',
      'x-darkroom-prompt': 'hero-banner@12',
      'x-darkroom-rights': 'own work, commercial',
      'x-darkroom-strict': 'true',
      'x-darkroom-cache': 'ttl=3600, coalesce',
      'x-darkroom-mask': 'strict',
      'x-darkroom-mask-source': 'convert',
      'x-darkroom-transparency': 'key',
    })
    expect(asked).toEqual({
      route: 'openai-eu.2',
      projectTag: 'spring / banner 7',
      timeoutMs: 120_000,
      partials: 'store',
      review: 'required',
      prompt: { id: 'hero-banner', version: 12 },
      rights: 'own work, commercial',
      strict: true,
      cache: { ttlSeconds: 3600, coalesce: true },
      strictMask: true,
      convertMaskSource: true,
      keyTransparency: true,
      traceParent: null,
    })
  })

  it.each([
    ['x-darkroom-route', '../etc'],
    ['x-darkroom-route', 'a, b'],
    ['x-darkroom-route', ''],
    ['x-darkroom-project-tag', 'tab\there'],
    ['x-darkroom-project-tag', 'naïve'],
    ['x-darkroom-project-tag', ' padded'],
    ['x-darkroom-project-tag', 'x'.repeat(65)],
    ['x-darkroom-timeout-ms', '999'],
    ['x-darkroom-timeout-ms', '600001'],
    ['x-darkroom-timeout-ms', '1e5'],
    ['x-darkroom-timeout-ms', '-5000'],
    ['x-darkroom-timeout-ms', '5000.5'],
    ['x-darkroom-partials', 'yes'],
    ['x-darkroom-partials', 'constructor'],
    ['x-darkroom-review', 'maybe'],
    ['x-darkroom-prompt', 'hero-banner'],
    ['x-darkroom-prompt', 'hero@0'],
    ['x-darkroom-rights', 'line\nbreak'],
    ['x-darkroom-rights', 'x'.repeat(257)],
    ['x-darkroom-strict', 'TRUE'],
    ['x-darkroom-cache', 'on'],
    ['x-darkroom-cache', 'ttl=0'],
    ['x-darkroom-cache', 'ttl=2592001'],
    ['x-darkroom-cache', 'ttl=5, ttl=6'],
    ['x-darkroom-cache', 'coalesce, coalesce'],
    ['x-darkroom-cache', 'ttl=5, off'],
    ['x-darkroom-cache', ''],
    ['x-darkroom-mask', 'hard'],
    ['x-darkroom-mask-source', 'png'],
    ['x-darkroom-transparency', 'yes'],
    ['x-darkroom-timout-ms', '5000'],
    ['x-darkroom-__proto__', '1'],
  ])('refuses %s: %j, naming the header and what was expected', (name, value) => {
    const result = parseDarkroomHeaders({ [name]: value })
    expect(result.ok ? [] : result.refusals).toMatchObject([{ code: 'invalid_parameter_header', param: name, outcome: 'not_charged' }])
    expect(result.ok ? '' : result.refusals[0]?.message).toContain('expected')
  })

  it('refuses a header that came as a list', () => {
    expect(parseDarkroomHeaders({ 'x-darkroom-route': ['a', 'b'] })).toMatchObject({ ok: false })
  })

  it('collects every header that is wrong', () => {
    const result = parseDarkroomHeaders({ 'x-darkroom-strict': '1', 'x-darkroom-route': 'fine', 'x-darkroom-cache': '?' })
    expect(result.ok ? [] : result.refusals.map((refusal) => refusal.param)).toEqual(['x-darkroom-strict', 'x-darkroom-cache'])
  })

  it('never echoes a value, and never throws', () => {
    const names = ['route', 'project-tag', 'timeout-ms', 'partials', 'prompt', 'rights', 'strict', 'other']
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary', minLength: 8 }), (name, value) => {
        const result = parseDarkroomHeaders({ [`x-darkroom-${name}`]: value })
        return result.ok || result.refusals.every((refusal) => !refusal.message.includes(value))
      }),
    )
  })
})
