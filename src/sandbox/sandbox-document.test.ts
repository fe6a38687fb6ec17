import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { listedFaces } from './faces/find-face.ts'
import { faultWords } from './faults/fault-words.ts'
import { parseFaults } from './faults/parse-faults.ts'

const document = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')

/** First column of the fault table: everything in code marks. */
function documentedWords(): string[] {
  const section = document.slice(document.indexOf('## Faults'), document.indexOf('## Admin calls'))
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => Array.from(row.split('|')[1]!.matchAll(/`([^`]+)`/g), ([, word]) => word!))
}

test('the document lists exactly the words of the grammar, in its order', () => {
  const names = documentedWords().map((word) => word.split('=')[0])
  expect([...new Set(names)]).toEqual(faultWords.map(({ word }) => word))
})

test('every word without a placeholder can be used as it is written', () => {
  const literal = documentedWords().filter((word) => !/[A-Z…]/.test(word))
  expect(literal.length).toBeGreaterThan(30)
  for (const word of literal) expect(parseFaults(word)).not.toEqual({})
})

test('the marker of the document works', () => {
  const [, words] = /\[\[sandbox: (.+?)\]\]/.exec(document)!
  expect(parseFaults(words!)).toEqual({ cut: { unit: 'percent', at: 60 }, cutByReset: false, usage: 'missing' })
})

test('every word is tried over HTTP by a test', async () => {
  const files = [
    'faults-on-the-wire.test.ts',
    'faulty-pictures.test.ts',
    'edit-faults.test.ts',
    'response-faults.test.ts',
    'batch-faults.test.ts',
  ]
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, import.meta.url), 'utf8')))
  const tried = (word: string) => new RegExp(`[' ]${word}[='" ,]`).test(sources.join('\n'))
  expect(faultWords.map(({ word }) => word).filter((word) => !tried(word))).toEqual([])
})

test('the document lists exactly the faces there are, in their order', () => {
  const section = document.slice(document.indexOf('## Faces'), document.indexOf('## Faults'))
  const names = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(names).toEqual(listedFaces().map(({ name }) => name))
})
