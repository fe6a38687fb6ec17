import { describe, expect, it } from 'vitest'
import type { Drift } from '../drift-measurement.ts'
import { type DeclaredText, type GuardFindings, judgePicture, type LookFigures, type TextFigures } from '../index.ts'

const still = { shiftX: 0, shiftY: 0, scale: 1, confidence: 1 }
const colourShift = { l: 0, a: 0, b: 0, deltaEMean: 0, deltaEP95: 0 }
const box = { x: 10, y: 10, width: 100, height: 100 }

const drift = (outside: number, boxes: number[] = []): Drift => ({
  ...{ comparable: true, reason: null, workingSize: { width: 1000, height: 1000 }, alignment: still, heatMap: null, inside: null },
  outside: { pixels: 1e6, changedFraction: outside, changedFractionRaw: outside, ssim: 1, colourShift, largestRegion: null },
  boxes: boxes.map((changedFraction) => ({ box, changedFraction, ssim: 1, deltaE: 0 })),
})

const camera = { features: 90, inliers: 1, shiftX: 0, shiftY: 0, rotation: 0, scaleX: 1, scaleY: 1, corner: 0 }
type Seen = Extract<LookFigures, { comparable: true }>
const subject: NonNullable<Seen['subject']> = { from: 'declared', box, open: 0, motion: still, ssimInPlace: 1, ssim: 1, deltaE: 0 }
const seen: Seen = { comparable: true, reason: null, kept: 1, longerSide: 1000, camera, subject, subjectProblem: null }
const moved = { ...seen, subject: { ...subject, motion: { ...still, shiftX: 5 } } }

const declared: DeclaredText = { text: 'Hotel', lang: 'eng', box }
const reading = (text: string, confidence = 96) => ({ readings: [{ text, confidence, lowest: confidence }], lineHeight: 40 })
const print = (spot: number, spread = 0, agreement = 1) => ({
  ...{ spot, spread, agreement, correlation: 1, clarity: 0.9 },
  shiftX: 0,
  shiftY: 0,
  scale: 1,
  place: null,
})
const text = (before: string | null, after: string, spot: number, changes: Partial<TextFigures> = {}): TextFigures => ({
  ...{ kind: 'declared', index: 0, ...declared, problem: null },
  source: before === null ? null : reading(before),
  result: reading(after),
  glyphs: before === null ? null : print(spot),
  ...changes,
})

const judge = (changes: Partial<GuardFindings>) =>
  judgePicture({ isEdit: true, hasMask: true, drift: drift(0), look: seen, texts: [], ...changes }).report

describe('a picture', () => {
  it('is adoptable when all that is judged is kept', () => {
    expect(judge({ texts: [text('Hotel', 'Hotel', 0)] }).overall).toBe('adoptable')
  })

  it.each<[string, Partial<GuardFindings>]>([
    ['drift outside the mask', { drift: drift(0.2) }],
    ['drift in a protected box', { drift: drift(0, [0.3]) }],
    ['a declared subject that moved', { look: moved }],
    ['a camera that turned', { look: { ...seen, camera: { ...camera, corner: 0.02 } } }],
    ['a text that reads otherwise', { texts: [text('Hotel', 'Motel', 2)] }],
  ])('is to be rejected for %s', (_what, findings) => {
    expect(judge(findings).overall).toBe('reject')
  })

  it.each<[string, Partial<GuardFindings>]>([
    ['the subject was guessed, and moved', { look: { ...moved, subject: { ...moved.subject, from: 'salient' } } }],
    ['nothing could be compared', { look: { comparable: false, reason: 'shapes' }, drift: { comparable: false, reason: 'shapes' } }],
    ['looking at it failed', { look: null }],
    ['the drift was not measured', { drift: null }],
    ['a language has no data', { texts: [text('Hotel', 'Hotel', 0, { problem: 'no_data', source: null, result: null, glyphs: null })] }],
    ['the reader is not installed', { texts: [text('Hotel', 'Hotel', 0, { problem: 'not_installed', source: null, result: null })] }],
    ['the reader crashed', { texts: [text('Hotel', 'Hotel', 0, { problem: 'reader_failed', source: null, result: null })] }],
  ])('is for people where %s', (_what, findings) => {
    expect(judge(findings).overall).toBe('needs_human')
  })

  it('that was drawn is judged by its texts alone', () => {
    const drawn = { isEdit: false, hasMask: false, drift: null, look: null }
    expect(judge({ ...drawn, texts: [text(null, 'Hotel', 0)] }).overall).toBe('adoptable')
    expect(judge({ ...drawn, texts: [text(null, 'Hotal', 0)] }).overall).toBe('reject')
  })

  it('keeps no word of its texts in the report', () => {
    expect(JSON.stringify(judge({ texts: [text('Hotel', 'Motel', 2)] }))).not.toMatch(/[HM]otel/)
  })
})

describe('a text', () => {
  it.each<[string, TextFigures, string, string]>([
    ['same print, read well', text('Hotel', 'Hotel', 0.1), 'kept', 'same_print'],
    ['same print, misread in both', text('Hote1', 'Hote1', 0, { result: reading('Hote1', 60) }), 'kept', 'same_print'],
    [
      'same print, another before than after',
      text('[Hote1', '[Hotal', 0, { result: { readings: [...reading('[Hotal').readings, ...reading('', 0).readings], lineHeight: 40 } }),
      'unsure',
      'print_and_reading_disagree',
    ],
    ['same print, surely another in both', text('Motel', 'Motel', 0), 'unsure', 'reads_otherwise_before_and_after'],
    ['one place of the print changed, reads the same', text('Hotel', 'Hotel', 1), 'unsure', 'print_changed_reads_the_same'],
    [
      'one part agrees less, reads the same',
      text('Hotel', 'Hotel', 0, { glyphs: print(0, 0, 0.9) }),
      'unsure',
      'print_changed_reads_the_same',
    ],
    ['one part agrees less, reads otherwise', text('Hotel', 'Hotal', 0, { glyphs: print(0, 0, 0.9) }), 'changed', 'reads_otherwise'],
    ['set anew, reads the same', text('Hotel', 'Hotel', 3, { glyphs: print(3, 0.9) }), 'kept', 'reads_as_declared'],
    ['put there by the edit', text('Motel', 'Hotel', 3), 'kept', 'reads_as_declared'],
    ['changed', text('Hotel', 'Hotal', 1), 'changed', 'reads_otherwise'],
    ['changed, read without confidence', text('Hotel', 'Hotal', 1, { result: reading('Hotal', 50) }), 'unsure', 'low_confidence'],
    ['the same in full-width letters and other spaces', text(null, 'Ｈｏ ｔｅｌ', 0), 'kept', 'reads_as_declared'],
    ['one letter in another case', text(null, 'hotel', 0), 'changed', 'reads_otherwise'],
  ])('%s', (_what, figures, verdict, reason) => {
    expect(judge({ texts: [figures] }).text.figures![0]).toMatchObject({ verdict, reason })
  })
})
