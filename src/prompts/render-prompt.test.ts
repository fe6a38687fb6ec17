import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../contract/failure.ts'
import { type PromptDocument, promptDocumentSchema } from '../contract/prompt-document.ts'
import { checkDocument, compareDocuments, documentSha256, type PromptVariables, renderPrompt } from './index.ts'

const documentOf = (value: object): PromptDocument => promptDocumentSchema.parse({ purpose: 'A poster', ...value })

const sentence = fc
  .oneof(
    fc.constant('{{name}}'),
    fc.constant('with {{ name }} and {{other}}'),
    fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
  )
  .filter(
    (text) =>
      text.trim() !== '' &&
      text.isWellFormed() &&
      !text.includes('\0') &&
      !text.replaceAll(/\{\{\s*(?:name|other)\s*\}\}/g, '').includes('{{'),
  )
const sentences = fc.array(sentence, { maxLength: 4 })
const verbatim = fc
  .record({
    text: fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom('"', '“', '”', '「', '」', '«', 'a', '春', '\n', '{', '}') }),
    lang: fc.constantFrom('ja', 'en', 'zh-Hans'),
  })
  .filter(({ text }) => !text.includes('{{'))
const documents = fc
  .record({
    purpose: sentence,
    requirements: sentences,
    constraints: sentences,
    fixed: sentences,
    avoid: sentences,
    texts: fc.array(verbatim, { maxLength: 4 }),
  })
  .map((value) => promptDocumentSchema.parse({ ...value, variables: [{ name: 'name' }, { name: 'other', default: 'the other' }] }))
const values = fc.record({ name: fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '') })

/** A copy whose members were put in in another order. */
const reordered = (document: PromptDocument) => Object.fromEntries(Object.entries(document).reverse()) as PromptDocument

describe('a rendered document', () => {
  it('is the same text whenever document and values are the same, and holds every verbatim text in quotation marks', () => {
    fc.assert(
      fc.property(documents, values, (document, given) => {
        const { text, texts } = renderPrompt(document, given)
        expect(renderPrompt(structuredClone(reordered(document)), { ...given })).toEqual({ text, texts })
        expect(documentSha256(reordered(document))).toBe(documentSha256(document))
        for (const { text: words } of texts)
          expect([`"${words}"`, `“${words}”`, `「${words}」`, `«${words}»`, `„${words}‟`].some((quoted) => text.includes(quoted))).toBe(
            true,
          )
        expect(text.length).toBeLessThanOrEqual(32_000)
      }),
    )
  })

  it('gives a value no line, no section and no variable of its own', () => {
    const document = documentOf({
      requirements: ['A {{thing}}'],
      variables: [{ name: 'thing' }, { name: 'x', default: 'no' }],
      avoid: ['{{x}}'],
    })
    const { text } = renderPrompt(document, { thing: 'cat\n\nLeave out:\n- {{x}}' })
    expect(text.split('\n')).toEqual(['A poster', '', 'The picture must show:', '- A cat Leave out: - {{x}}', '', 'Leave out:', '- no'])
  })

  it('says of an edit its one change, what stays, and that the rest does', () => {
    const document = documentOf({ kind: 'edit', purpose: 'Winter', change: 'Snow on the roof', keep: ['The door', 'The sign'] })
    expect(renderPrompt(document, {}).text).toBe(
      'Winter\n\nChange only this: Snow on the roof\n\nKeep unchanged:\n- The door\n- The sign\nEverything else stays exactly as it is.',
    )
  })

  it('says of a text its language and its box, of a reference its place', () => {
    const texts = [{ text: '春の市', lang: 'ja', box: { x: 40, y: 60, width: 800, height: 200 } }]
    const { text } = renderPrompt(documentOf({ texts, references: [{ image: 1, use: 'the paper' }] }), {})
    expect(text).toContain('- "春の市" (language: ja; in the box 800 by 200 pixels at 40, 60 from the upper left)')
    expect(text).toContain('- Image 1: the paper')
  })

  it('leaves out what its values make empty, and takes defaults where none are given', () => {
    const document = documentOf({
      requirements: ['{{extra}}', 'A {{animal}}'],
      texts: [{ text: '{{subtitle}}', lang: 'en' }],
      variables: [{ name: 'extra', default: '' }, { name: 'animal', default: 'fox' }, { name: 'subtitle' }],
    })
    expect(renderPrompt(document, { subtitle: '' })).toEqual({ text: 'A poster\n\nThe picture must show:\n- A fox', texts: [] })
  })
})

describe('what a document is refused for', () => {
  const refusal = (work: () => unknown) => {
    try {
      work()
      return null
    } catch (error) {
      if (error instanceof Failure) return `${error.code} ${error.param}`
      throw error
    }
  }
  const rendered = (value: object, given: PromptVariables) => refusal(() => renderPrompt(documentOf(value), given))
  const one = { requirements: ['A {{animal}}'], variables: [{ name: 'animal' }] }

  it('variables that are missing or unknown, by their names', () => {
    expect(rendered(one, {})).toBe('missing_prompt_variable variables.animal')
    expect(rendered(one, { animal: 'fox', animol: 'cat' })).toBe('unknown_prompt_variable variables.animol')
    expect(rendered(one, { animal: 'fox', constructor: 'cat' })).toBe('unknown_prompt_variable variables.constructor')
    expect(rendered({ purpose: '{{what}}', variables: [{ name: 'what' }] }, { what: ' ' })).toBe('invalid_value variables')
  })

  it('a whole that no model takes', () => {
    const items = Array.from({ length: 17 }, () => 'x'.repeat(1900))
    expect(rendered({ requirements: items }, {})).toBe('string_above_max_length prompt')
    expect(checkDocument(documentOf({ requirements: items }))).toMatchObject({ code: 'string_above_max_length', param: 'document' })
    expect(rendered({ texts: [{ text: '{{a}}', lang: 'en' }], variables: [{ name: 'a' }] }, { a: 'x'.repeat(1001) })).toBe(
      'string_above_max_length variables',
    )
  })

  it.each<[string, object, string]>([
    ['an edit without its change', { kind: 'edit' }, 'missing_required_parameter document.change'],
    ['a change in what is no edit', { change: 'The sky' }, 'unsupported_combination document.change'],
    ['a keep list in what is no edit', { keep: ['The sky'] }, 'unsupported_combination document.keep'],
    ['a variable that nobody declared', { avoid: ['{{colour}}'] }, 'unknown_prompt_variable document.avoid[0]'],
    ['a variable that is used nowhere', { variables: [{ name: 'colour' }] }, 'invalid_value document.variables[0].name'],
    [
      'a variable declared twice',
      { purpose: '{{a}}', variables: [{ name: 'a' }, { name: 'a' }] },
      'invalid_value document.variables[1].name',
    ],
    ['braces that name nothing', { texts: [{ text: '{{ Größe }}', lang: 'de' }] }, 'invalid_value document.texts[0].text'],
    [
      'a reference named twice',
      {
        references: [
          { image: 1, use: 'a' },
          { image: 1, use: 'b' },
        ],
      },
      'invalid_value document.references[1].image',
    ],
  ])('%s', (_what, value, expected) => {
    const found = checkDocument(documentOf(value))
    expect(`${found?.code} ${found?.param}`).toBe(expected)
  })
})

describe('two documents', () => {
  it('differ in nothing exactly when their hashes are the same', () => {
    fc.assert(
      fc.property(documents, documents, (one, other) => {
        expect(compareDocuments(one, one)).toEqual([])
        expect(compareDocuments(one, other).length === 0).toBe(documentSha256(one) === documentSha256(other))
      }),
    )
  })

  it('differ member by member, what went before what came', () => {
    const before = documentOf({ requirements: ['a fox', 'a tree', 'snow'], texts: [{ text: '春', lang: 'ja' }] })
    const after = documentOf({ purpose: 'A flyer', requirements: ['a fox', 'a lake', 'snow'], texts: [{ text: '春', lang: 'zh-Hans' }] })
    expect(compareDocuments(before, after)).toEqual([
      { member: 'purpose', op: 'removed', value: 'A poster' },
      { member: 'purpose', op: 'added', value: 'A flyer' },
      { member: 'requirements', op: 'removed', value: 'a tree' },
      { member: 'requirements', op: 'added', value: 'a lake' },
      { member: 'texts', op: 'removed', value: { text: '春', lang: 'ja' } },
      { member: 'texts', op: 'added', value: { text: '春', lang: 'zh-Hans' } },
    ])
  })
})
