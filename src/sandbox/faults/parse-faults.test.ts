import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultWords } from './fault-words.ts'
import { FaultSyntaxError, parseFaults, parseMarkedPrompt } from './parse-faults.ts'

test.each([
  ['status=503', { status: 503 }],
  ['status-then-ok=503', { status: 503, first: 1 }],
  ['status=504, html charged', { status: 504, html: true, charge: true }],
  ['cut=60%', { cut: { unit: 'percent', at: 60 }, cutByReset: false }],
  ['cut=12345', { cut: { unit: 'bytes', at: 12_345 }, cutByReset: false }],
  ['reset=frame:1', { cut: { unit: 'frames', at: 1 }, cutByReset: true }],
  ['size=1254x1254; latency=3000', { size: { width: 1254, height: 1254 }, latencyMs: 3000 }],
  ['over-length=7', { overLengthBytes: 7, contentLength: true }],
  ['moderation', { moderation: 'input' }],
  ['moderation=output', { moderation: 'output' }],
  ['redirect=https://a.example/x?y=1', { redirect: 'https://a.example/x?y=1' }],
  ['one-partial', { partials: 1 }],
  ['drift, recolour=3,shift=12,-8,garble', { driftLevels: 8, recolourLevels: 3, shift: { x: 12, y: -8 }, garble: true }],
  ['scale=1.25; ignoremask', { scale: 1.25, ignoreMask: true }],
  ['charged free', { charge: false }],
  ['', {}],
])('reads "%s"', (text, script) => {
  expect(parseFaults(text)).toEqual(script)
})

test.each([
  'staus=500',
  'status',
  'status=200',
  'status=5e2',
  'html=yes',
  'cut=101%',
  'cut=-1',
  'trickle=0',
  'size=8x8',
  'size=4000x16',
  'format=gif',
  'quality=best',
  'moderation=later',
  'usage=wrong',
  'drift=0',
  'recolour=101',
  'shift=12',
  'shift=1, 2',
  'scale=0.4',
  'scale=1e0',
  'partials=4',
  'first=0',
  '__proto__=1',
])('refuses "%s" instead of passing it as a healthy call', (text) => {
  expect(() => parseFaults(text)).toThrow(FaultSyntaxError)
})

test('names the words it knows when it meets another', () => {
  expect(() => parseFaults('nonsense')).toThrow(/nonsense.*status, status-then-ok, code/)
})

test('every word is written once', () => {
  const words = faultWords.map(({ word }) => word)
  expect(new Set(words).size).toBe(words.length)
})

test('takes markers off the text that is drawn and joins their words', () => {
  const { drawn, script } = parseMarkedPrompt('a red [[sandbox: status=500]] fox, [[ SANDBOX:latency=5 ]]running')
  expect(drawn).toBe('a red fox, running')
  expect(script).toEqual({ status: 500, latencyMs: 5 })
})

test('leaves every prompt without a marker as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (prompt) => {
      fc.pre(!/\[\[\s*sandbox/i.test(prompt))
      expect(parseMarkedPrompt(prompt)).toEqual({ drawn: prompt, script: {} })
    }),
  )
})
