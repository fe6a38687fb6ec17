import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { darkroomExtensionSchema } from '../../src/contract/darkroom-extension.ts'
import { legalSizeOfShape, sizeRules, standardSizes } from '../../src/contract/size-rules.ts'
import { growTree, pathTo, rowsOf, type TreePicture, type TreeRow } from '../../studio/src/screens/edit/history/edit-tree.ts'
import type { DeskPicture } from '../../studio/src/screens/edit/inputs/desk-picture.ts'
import { type Desk, editCall, whyNotStrict } from '../../studio/src/screens/edit/wishes/edit-request.ts'
import { cropToShape, sizeOfShape } from '../../studio/src/screens/edit/wishes/edit-sizes.ts'
import { firstWishes } from '../../studio/src/screens/edit/wishes/edit-wishes.ts'

const picture = (id: string, parentId: string | null, at: number, prompt: string | null = null): TreePicture => ({
  ...{ id, parentId, prompt, generationId: null, isStrict: false, width: null, height: null },
  at: parentId === null ? null : new Date(at).toISOString(),
})
const flat = (rows: readonly TreeRow[]): TreeRow[] => rows.flatMap((row) => [row, ...flat(row.children)])

describe('the history of an edit', () => {
  it('shows every picture once, each under what it was made of, whatever the labels say', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'gone')
    const pictures = fc.uniqueArray(fc.tuple(ids, fc.option(ids), fc.nat(9)), { selector: ([id]) => id, minLength: 1 })
    fc.assert(
      fc.property(pictures, (drawn) => {
        const known = drawn.map(([id, parentId, at]) => picture(id, parentId, at))
        const rows = flat(rowsOf(known))
        expect(rows.map((row) => row.picture.id).toSorted()).toEqual(known.map(({ id }) => id).toSorted())
        for (const row of rows)
          for (const child of row.children) {
            expect(child.picture.parentId).toBe(row.picture.id)
            expect(child.depth).toBe(row.depth + 1)
          }
        for (const { id } of known) expect(pathTo(known, id).at(-1)?.id).toBe(id)
      }),
    )
  })

  it('numbers changes as they were made, and keeps prompts that the gateway does not tell', () => {
    const told = [picture('root', null, 0), picture('second', 'root', 2), picture('first', 'root', 1), picture('third', 'first', 3)]
    const known = growTree([picture('first', 'root', 1, 'a vase')], told)
    const rows = flat(rowsOf(known))
    expect(rows.map((row) => [row.picture.id, row.number, row.depth])).toEqual([
      ['root', 0, 0],
      ['first', 1, 1],
      ['third', 3, 2],
      ['second', 2, 1],
    ])
    expect(pathTo(known, 'third').map(({ id, prompt }) => [id, prompt])).toEqual([
      ['root', null],
      ['first', 'a vase'],
      ['third', null],
    ])
  })
})

const free = {
  ...{ rule: 'free' as const, step: sizeRules.step, longest_edge: sizeRules.longestEdge, ratio: sizeRules.ratio },
  ...{ pixels_min: sizeRules.pixelsMin, pixels_max: sizeRules.pixelsMax, standard: [...standardSizes] },
}
const deskPicture = (change: Partial<DeskPicture> = {}): DeskPicture => ({
  ...{
    key: 'k',
    fileId: 'img_1',
    url: 'blob:',
    name: 'room',
    width: 1500,
    height: 1000,
    format: 'png',
    bytes: 1,
    isTurned: false,
    rights: '',
  },
  ...change,
})
const desk = (change: Partial<Desk['wishes']> = {}, pictures = [deskPicture()]): Desk => ({
  pictures,
  wishes: { ...firstWishes, prompt: ' a vase ', ...change },
  sizes: free,
  labels: { edit_tree: 't' },
})
const mask = new Blob(['mask'])

describe('the call of a desk', () => {
  it('asks for the size that the contract has for the shape of a picture', () => {
    const edge = fc.integer({ min: 1, max: 260 }).map((step) => step * 16)
    fc.assert(
      fc.property(fc.oneof(edge, fc.integer({ min: 1, max: 5000 })), edge, (width, height) => {
        const size = { width, height }
        expect(sizeOfShape(free, size)).toEqual(legalSizeOfShape('free', size))
        expect(sizeOfShape({ rule: 'listed', listed: [...standardSizes] }, size)).toEqual(legalSizeOfShape(standardSizes, size))
      }),
    )
  })

  it('says how a picture of an odd shape is cropped so that a strict mask is possible', () => {
    const crops = [
      [1501, 997],
      [4031, 3023],
      [7900, 4200],
      [100, 30],
    ].map(([width, height]) => cropToShape(free, { width: width!, height: height! }))
    expect(crops).toEqual([{ width: 1488, height: 992 }, { width: 4000, height: 3008 }, { width: 7872, height: 4176 }, null])
    for (const crop of crops) if (crop) expect(legalSizeOfShape('free', crop)).not.toBeNull()
  })

  it('is strict where that is possible, and never asks for previews then', () => {
    const { request, options } = editCall(desk(), mask)
    expect(request).toMatchObject({
      prompt: 'a vase',
      image: [{ file_id: 'img_1' }],
      size: '1488x992',
      darkroom: { mask: 'strict', feather_px: 8 },
    })
    expect(request.partial_images).toBeUndefined()
    expect(options).toEqual({})
    expect(editCall(desk(), null).request).toMatchObject({ partial_images: 1, darkroom: { metadata: { edit_tree: 't' } } })
    expect(editCall(desk(), null).request.darkroom).not.toHaveProperty('mask')
    const odd = desk({}, [deskPicture({ width: 1501, height: 997 })])
    expect([whyNotStrict(odd), whyNotStrict(desk({ format: 'jpeg' })), whyNotStrict(desk())]).toEqual(['no_shape', 'jpeg', null])
    expect(editCall(odd, mask).request).toMatchObject({ size: 'auto' })
    expect(editCall(desk({}, [deskPicture({ format: 'jpeg' })]), mask).options).toEqual({ maskSource: 'convert' })
  })

  it('tells boxes in pixels of the result, texts with their boxes, and rights for each picture, as the contract has them', () => {
    const wishes = {
      isStrict: false,
      size: '1536x1024',
      protect: [{ x: 0, y: 500, width: 750, height: 500 }],
      texts: [
        { key: 1, text: ' 新茶入荷 ', lang: 'ja', box: 0 },
        { key: 2, text: '', lang: 'en', box: null },
      ],
    }
    const pictures = [deskPicture({ rights: 'own photograph' }), deskPicture({ key: 'l', fileId: 'file_2' })]
    const { darkroom } = editCall(desk(wishes, pictures), mask).request
    const box = { x: 0, y: 512, width: 768, height: 512 }
    expect(darkroom).toMatchObject({ protect: [box], texts: [{ text: '新茶入荷', lang: 'ja', box }], rights: ['own photograph', null] })
    expect(editCall(desk({ ...wishes, isStrict: true }, pictures), mask).request.darkroom).toMatchObject({ protect: wishes.protect })
    expect(darkroomExtensionSchema.safeParse(darkroom).error).toBeUndefined()
  })
})
