import { describe, expect, it } from 'vitest'
import type { DriftReply } from '../contract/record.ts'
import { driftRemarks } from './drift-report.ts'

const box = { x: 1, y: 2, width: 30, height: 40 }
const colour_shift = { l: 0, a: 0, b: 0, delta_e_mean: 0, delta_e_p95: 0 }

const measured: DriftReply = {
  image_id: 'img_1',
  status: 'measured',
  compared_with: null,
  alignment: { shift_x: 0.3, shift_y: -0.2, scale: 1.0004, confidence: 0.9 },
  outside: { changed_fraction: 0, changed_fraction_raw: 0, ssim: 0.9996, colour_shift, max_region: null },
  inside: { changed_fraction: 0.834 },
  boxes: [],
  heat_map_url: null,
  measured_at: null,
  error: null,
}

const outside = (changed_fraction: number) => ({ ...measured, outside: { ...measured.outside!, changed_fraction } })

describe('driftRemarks', () => {
  it('tells what changed outside the mask and inside it, and passes over the jitter of an encoding', () => {
    expect(driftRemarks(measured, true)).toEqual(['Changed: 0 % outside the mask (similarity 1.000), 83 % inside it.'])
  })

  it('speaks of the picture where there is no mask', () => {
    expect(driftRemarks({ ...outside(0.3), inside: null }, false)).toEqual(['Changed: 30 % of the picture (similarity 1.000).'])
  })

  it.each([
    [0, 'Changed: 0 % '],
    [0.0004, 'Changed: <0.1 % '],
    [0.012, 'Changed: 1.2 % '],
    [1, 'Changed: 100 % '],
  ])('never takes a little for nothing: %s', (share, text) => {
    expect(driftRemarks(outside(share), true)[0]?.startsWith(text)).toBe(true)
  })

  it('says that a mask keeps nothing', () => {
    expect(driftRemarks({ ...measured, outside: null }, true)).toEqual(['Changed: 83 % inside it; the mask keeps nothing.'])
  })

  it('says how the picture moved', () => {
    const moved = { ...measured, alignment: { shift_x: 3, shift_y: -2, scale: 1.01, confidence: 0.9 } }
    expect(driftRemarks(moved, true)[1]).toBe('The picture as a whole moved by 3.0, -2.0 pixels and scaled to 101.0 %.')
  })

  it('has a sentence for each protected rectangle', () => {
    const boxes = [{ box, changed_fraction: 0.05, ssim: 0.91, delta_e: 4 }, null]
    expect(driftRemarks({ ...measured, boxes }, true).slice(1)).toEqual([
      'Protected 1,2,30,40: 5.0 % changed (similarity 0.910).',
      'Protected rectangle 2 lies outside of the picture.',
    ])
  })

  it.each([
    ['pending', /^What changed is still being measured: GET \/v2\/images\/img_1\/drift /],
    ['failed', /^What changed could not be measured \(source_missing\)/],
    ['not_comparable', /^What changed cannot be told: /],
  ] as const)('does not pass %s for a measurement', (status, text) => {
    const unmeasured = { ...measured, status, outside: null, inside: null, error: 'source_missing' }
    expect(driftRemarks(unmeasured, true)).toEqual([expect.stringMatching(text)])
  })
})
