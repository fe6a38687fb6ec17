import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GenerationRow, type ImageRow, rawQuery, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { sealingKey } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { blindWords } from './blind-words.ts'
import { findKeptPictures } from './find-kept-pictures.ts'
import { recordLabels } from './label-statements.ts'
import { isCostSharp, lookedGenerations } from './looked-generations.ts'
import type { PicturePlace, PictureQuery } from './picture-query.ts'
import { dropPromptWords, dropWordsOfGone, forgetOldWords, recordPromptWords } from './word-statements.ts'

const keyOf = (byte: number) => sealingKey(new Secret(() => Buffer.alloc(32, byte).toString('base64')), 'words of prompts')
const key = keyOf(1)
const projects = ['prj_a', 'prj_b']

/** A generation with its pictures, as the test knows it. */
interface Known {
  row: GenerationRow
  prompt: string
  images: ImageRow[]
}

const facts = fc.record({
  project: fc.constantFrom(...projects),
  minute: fc.nat(3),
  prompt: fc.constantFrom<string[]>('a red fox', 'a blue fox at night', '夜明けの港', 'nothing'),
  owner: fc.constantFrom<string[]>('openai', 'reseller'),
  model: fc.constantFrom<string[]>('gpt-image-2', 'gpt-image-1'),
  tag: fc.constantFrom(null, 'spring'),
  label: fc.constantFrom<(string | null)[]>(null, 'winter', 'autumn'),
  cents: fc.nat(3),
  images: fc.array(
    fc.record({ hash: fc.constantFrom<string[]>('aa', 'ab', 'bc'), width: fc.constantFrom<number[]>(640, 1024), gone: fc.nat(5) }),
    {
      maxLength: 3,
    },
  ),
})
const questions = fc.record(
  {
    words: fc.constantFrom('fox', 'red FOX', 'fox night', '明け', '港'),
    hash: fc.constantFrom('aaaa', 'a', 'bcbc'),
    owner: fc.constantFrom('openai', 'reseller'),
    model: fc.constantFrom('gpt-image-1'),
    tag: fc.constant('spring'),
    label: fc.constantFrom('winter', 'autumn'),
    width: fc.constant(640),
    costFrom: fc.constantFrom(10_000_000n, 20_000_000n),
    costTo: fc.constant(20_000_000n),
    fromMs: fc.constantFrom(60_000, 120_000),
    toMs: fc.constant(180_000),
  },
  { requiredKeys: [] },
)
type Question = typeof questions extends fc.Arbitrary<infer Asked> ? Asked : never

function known(fact: typeof facts extends fc.Arbitrary<infer Fact> ? Fact : never, place: number): Known {
  const id = `gen_${String(place).padStart(3, '0')}`
  const row = testRows.generation({
    id,
    project_id: fact.project,
    created_at_ms: fact.minute * 60_000,
    completed_at_ms: fact.minute * 60_000,
    status: 'completed',
    route_owner: fact.owner,
    model_asked: fact.model,
    project_tag: fact.tag,
    metadata_json: fact.label === null ? null : JSON.stringify({ campaign: fact.label }),
    settled_nanos: BigInt(fact.cents) * 10_000_000n,
  })
  const images = fact.images.map(({ hash, width, gone }, idx) =>
    testRows.image({
      id: `img_${id}_${idx}`,
      generation_id: id,
      attempt_id: `att_${id}`,
      project_id: fact.project,
      idx,
      sha256: hash.repeat(32),
      width,
      deleted_at_ms: gone === 0 ? 5 : null,
      storage: gone === 1 ? 'not_stored' : 'stored',
      is_preview: gone === 2 ? 1 : 0,
    }),
  )
  return { row, prompt: fact.prompt, images }
}

function fits({ row, prompt, images }: Known, asked: Question, projectId: string | null): ImageRow[] {
  const ofPrompt = new Set(blindWords(key, row.project_id, prompt))
  const isWanted =
    (projectId === null || row.project_id === projectId) &&
    (asked.words === undefined || blindWords(key, row.project_id, asked.words).every((word) => ofPrompt.has(word))) &&
    (asked.owner ?? row.route_owner) === row.route_owner &&
    (asked.model ?? row.model_asked) === row.model_asked &&
    (asked.tag ?? row.project_tag) === row.project_tag &&
    (asked.label === undefined || row.metadata_json?.includes(asked.label) === true) &&
    (asked.costFrom ?? 0n) <= row.settled_nanos &&
    row.settled_nanos <= (asked.costTo ?? row.settled_nanos) &&
    (asked.fromMs ?? 0) <= row.created_at_ms &&
    row.created_at_ms < (asked.toMs ?? Number.POSITIVE_INFINITY)
  if (!isWanted) return []
  return images.filter(
    (image) =>
      image.deleted_at_ms === null &&
      image.storage === 'stored' &&
      image.is_preview === 0 &&
      image.sha256.startsWith(asked.hash ?? '') &&
      (asked.width ?? image.width) === image.width,
  )
}

describe.each(engines)('pictures that are looked for on $name', (engine) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await engine.open()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  beforeEach(() => test.clear())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Parameters<typeof test.db.transact>[0]) => test.db.transact(statements)
  async function record(all: readonly Known[]): Promise<void> {
    const { sql } = test.db
    await run(
      ...projects.map((id) => ({ query: sql.insertInto('projects').values(testRows.project({ id })) })),
      ...all.flatMap(({ row, prompt, images }) => [
        { query: sql.insertInto('generations').values(row) },
        { query: sql.insertInto('attempts').values(testRows.attempt({ id: `att_${row.id}`, generation_id: row.id })) },
        ...images.map((image) => ({ query: sql.insertInto('images').values(image) })),
        ...recordPromptWords(
          { ...context(), nowMs: row.created_at_ms },
          { generationId: row.id, words: blindWords(key, row.project_id, prompt), deleteAfterMs: null },
        ),
        ...recordLabels(
          { ...context(), nowMs: row.created_at_ms },
          { generationId: row.id, projectId: row.project_id, labels: JSON.parse(row.metadata_json ?? 'null') },
        ),
      ]),
    )
  }
  const countWords = async () => (await test.db.read(test.db.sql.selectFrom('prompt_words').selectAll())).length

  /** Every page of a search, in windows as small as they may be. */
  async function found(query: PictureQuery, window: { generations: number; pictures: number }): Promise<string[]> {
    const ids: string[] = []
    for (let after: PicturePlace | null = null; ; ) {
      const { pictures, end } = await findKeptPictures(test.db, query, { after, ...window })
      ids.push(...pictures.map(({ id }) => id))
      const last = pictures.at(-1)
      if (pictures.length === window.pictures && last)
        after = { createdAtMs: last.created_at_ms, generationId: last.generation_id, idx: last.idx, imageId: last.id }
      else if (end === null) return ids
      else after = end
    }
  }

  it('are found page by page: all that fit, none twice, the newest first, however few generations a statement looks at', async () => {
    const law = fc.asyncProperty(
      fc.array(facts, { maxLength: 8 }),
      fc.array(fc.tuple(questions, fc.constantFrom(...projects)), { minLength: 6, maxLength: 6 }),
      fc.record({ generations: fc.integer({ min: 2, max: 4 }), pictures: fc.integer({ min: 1, max: 4 }) }),
      async (made, asked, window) => {
        await test.clear()
        const all = made.map(known)
        await record(all)
        const newestFirst = all.toSorted(
          (one, other) => other.row.created_at_ms - one.row.created_at_ms || (one.row.id < other.row.id ? 1 : -1),
        )
        for (const [{ words, label, ...question }, project] of asked) {
          const projectId = words === undefined && (label === undefined || question.model === undefined) ? null : project
          const query: PictureQuery = {
            ...question,
            projectId,
            words: words === undefined ? [] : blindWords(key, project, words),
            metadata: label === undefined ? [] : [['campaign', label]],
          }
          const expected = newestFirst.flatMap((of) => fits(of, { words, label, ...question }, projectId)).map(({ id }) => id)
          expect(await found(query, window)).toEqual(expected)
          // Found by their costs, in the same order.
          if (await isCostSharp(test.db, query)) expect(await found({ ...query, isCostSharp: true }, window)).toEqual(expected)
        }
      },
    )
    await fc.assert(law, { numRuns: 40, seed: 25 })
  }, 60_000)

  /** With no rows PostgreSQL would rather read the whole table. */
  async function planOf(query: PictureQuery): Promise<string> {
    const { sql, parameters } = lookedGenerations(test.db, query, { after: null, generations: 4, pictures: 4 }).limit(4).compile()
    if (test.db.dialect === 'sqlite') return JSON.stringify(await test.db.read(rawQuery(`explain query plan ${sql}`, [...parameters])))
    const [, , plan] = await test.db.readAll<[object, object, object]>([
      rawQuery('set local enable_seqscan = off'),
      rawQuery('set local enable_bitmapscan = off'),
      rawQuery(`explain ${sql}`, [...parameters]),
    ])
    return JSON.stringify(plan)
  }

  it('are found by the index of costs where few cost so much, and by that of labels, in one project and in all', async () => {
    const [cost, label] = [{ costFrom: 5n, isCostSharp: true }, { metadata: [['campaign', 'spring']] as const }]
    for (const projectId of ['prj_a', null]) {
      expect(await planOf({ projectId, ...cost })).toMatch(/generations_by_cost/)
      expect(await planOf({ projectId, ...label, ...cost })).toMatch(/generation_labels_pkey|generation_labels USING PRIMARY KEY/)
    }
    expect(await planOf({ projectId: 'prj_a', costFrom: 5n })).toMatch(/generations_by_project/)
    expect(await isCostSharp(test.db, { projectId: 'prj_a' })).toBe(false)
  })

  it('are found by labels of calls that were on record before there was an index of them', async () => {
    const image = { hash: 'aa', width: 640, gone: 9 }
    const fact = { project: 'prj_a', minute: 1, prompt: 'fox', owner: 'o', model: 'm', tag: null, cents: 1, images: [image] }
    await record([known({ ...fact, label: 'win:ter' }, 1), known({ ...fact, label: null }, 2)])
    const migration = join(import.meta.dirname, `../db/migrations/000032-search-labels.${test.db.dialect}.sql`)
    const fill = (await readFile(migration, 'utf8')).split(';').find((statement) => statement.includes('insert into'))!
    await run({ query: test.db.sql.deleteFrom('generation_labels') }, { query: rawQuery(fill) })
    const asked = { projectId: 'prj_a', metadata: [['campaign', 'win:ter']] as const }
    expect(await found(asked, { generations: 9, pictures: 9 })).toEqual(['img_gen_001_0'])
    expect(await found({ ...asked, metadata: [['campaign:win', 'ter']] }, { generations: 9, pictures: 9 })).toEqual([])
  })

  it('show what was made of a picture in its place', async () => {
    const [made] = [
      known({ project: 'prj_a', minute: 1, prompt: 'fox', owner: 'o', model: 'm', tag: null, label: null, cents: 1, images: [] }, 1),
    ]
    const original = testRows.image({ id: 'original', generation_id: made.row.id, attempt_id: `att_${made.row.id}`, project_id: 'prj_a' })
    made.images.push(original, { ...original, id: 'keyed', idx: 1, derived_from: 'original', process_json: '{}' })
    await record([made])
    expect(await found({ projectId: 'prj_a' }, { generations: 9, pictures: 9 })).toEqual(['keyed'])
  })

  it('are found by words of their own project alone, and by nobody with another key', () => {
    const words = [blindWords(key, 'prj_a', 'fox'), blindWords(key, 'prj_b', 'fox'), blindWords(keyOf(2), 'prj_a', 'fox')].flat()
    expect(new Set(words).size).toBe(3)
    expect(blindWords(key, 'prj_a', 'FOX')).toEqual([words[0]])
  })

  it('lose their words with their last picture, when somebody asks, and when their time is over unless they are held', async () => {
    const fact = { project: 'prj_a', minute: 1, prompt: 'red fox', owner: 'o', model: 'm', tag: null, label: null, cents: 1 }
    const image = { hash: 'aa', width: 640, gone: 9 }
    await record([known({ ...fact, images: [image, image] }, 1), known({ ...fact, images: [] }, 2)])
    const gone = (id: string) => [
      { query: test.db.sql.updateTable('images').set({ deleted_at_ms: 1 }).where('id', '=', id) },
      ...dropWordsOfGone(context(), [id]),
    ]
    await run(...gone('img_gen_001_0'))
    expect(await countWords()).toBe(4)
    await run(...gone('img_gen_001_1'))
    expect(await countWords()).toBe(2)
    await run(dropPromptWords(context(), 'gen_002'))
    expect(await countWords()).toBe(0)

    const { nowMs } = context()
    await run(
      ...recordPromptWords(context(), { generationId: 'gen_001', words: [1, 2, 3], deleteAfterMs: nowMs + 10 }),
      ...recordPromptWords(context(), { generationId: 'gen_002', words: [1], deleteAfterMs: nowMs + 10 }),
      ...recordPromptWords(context(), { generationId: 'gen_002', words: [2], deleteAfterMs: nowMs + 11 }),
    )
    const hold = {
      id: 'hold',
      subject_kind: 'generation',
      subject_id: 'gen_002',
      project_id: 'prj_a',
      reason: 'x',
      placed_by: 'y',
    } as const
    const held = { ...hold, placed_at_ms: 1, release_reason: null, released_by: null, released_at_ms: null }
    await run({ query: test.db.sql.insertInto('legal_holds').values(held) })
    test.clock.advance(10)
    await run(forgetOldWords(context(), 10))
    expect(await countWords()).toBe(2)
  })
})
