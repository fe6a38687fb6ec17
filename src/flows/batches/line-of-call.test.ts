import { describe, expect, it } from 'vitest'
import type { ImageRequest } from '../../contract/image-request.ts'
import { createOutbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { createOpenAiProvider } from '../../providers/index.ts'
import { type RouteChoice, sandboxRoute } from '../../routes/index.ts'
import type { PreparedInput } from '../prepare-inputs.ts'
import { lineRefusals } from './line-of-call.ts'

const outbound = createOutbound({ userAgent: 'darkroom/test', allow: [] })
const provider = createOpenAiProvider({ outbound, clock: systemClock })
const parts = { providers: new Map([[provider.protocol, provider]]) }
const choice: RouteChoice = { route: sandboxRoute('http://127.0.0.1:1'), modelSent: 'gpt-image-2' }
const edit = {
  operation: 'edit',
  wire: { model: 'gpt-image-2', prompt: 'a fox' },
  retouch: { keyTransparency: false },
} as unknown as ImageRequest

const picture = (bytes: number, role: 'image' | 'mask' | 'markup' = 'image') =>
  ({ picture: { role, format: 'png' }, sent: { bytes, sha256: '0'.repeat(64), path: '' } }) as unknown as PreparedInput

const why = (inputs: PreparedInput[]) => lineRefusals(parts, choice, edit, inputs).map(({ code, param }) => [code, param])
const refused = [['unsupported_on_route', 'lane']]

describe('an edit as a line of a batch', () => {
  it('is taken with pictures that fit into data URLs and into one file', () => {
    expect(why([picture(15_000_000), picture(4_000_000, 'mask')])).toEqual([])
    expect(why(Array.from({ length: 9 }, () => picture(15_000_000)))).toEqual([])
  })

  it.each<[string, PreparedInput[]]>([
    ['a picture that is longer than a data URL may be', [picture(16_000_000)]],
    ['pictures that are together more than one file holds', Array.from({ length: 11 }, () => picture(15_000_000))],
    ['a markup, for which no line has a word', [picture(1000), picture(1000, 'markup')]],
  ])('is refused with %s', (_, inputs) => {
    expect(why(inputs)).toEqual(refused)
  })
})
