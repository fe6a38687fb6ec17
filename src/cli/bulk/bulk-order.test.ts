import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bodyOfOrder, type OrderValues, readBulkOrder } from './bulk-order.ts'

const folder = mkdtempSync(join(tmpdir(), 'darkroom-order-'))
const nowMs = Date.parse('2026-11-29T12:00:00Z')
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const order = (path: string, values: OrderValues = {}) => readBulkOrder(path, values, nowMs)
const keyOf = async (path: string, values: OrderValues = {}) => (await order(path, values)).idempotencyKey
const lines = file('a.jsonl', '{"prompt": "a fox"}\n{"prompt": "a hen"}\n')
const rows = file('a.csv', 'animal\nfox\nhen\n')
const template = '{"request": {"model": "gpt-image-2", "prompt": "a {{animal}}"}}'
afterAll(() => rmSync(folder, { recursive: true }))

describe('the key of a bulk', () => {
  it('is the same for the same content under another name, with another priority or deadline', async () => {
    const key = await keyOf(lines)
    expect(key).toMatch(/^bulk-[0-9a-f]{32}$/)
    expect(await keyOf(file('copy.jsonl', '{"prompt": "a fox"}\n{"prompt": "a hen"}\n'))).toBe(key)
    expect(await keyOf(lines, { name: 'animals', priority: 'high', deadline: '2h' })).toBe(key)
  })

  it('is another for everything that changes the pictures or their price, and for each --again', async () => {
    const keys = [
      await keyOf(lines),
      await keyOf(file('b.jsonl', '{"prompt": "a fox"}\n{"prompt": "a cat"}\n')),
      await keyOf(lines, { economy: true }),
      await keyOf(lines, { route: 'acme' }),
      await keyOf(rows, { template }),
      await keyOf(rows, { template: template.replace('a {{', 'the {{') }),
      await keyOf(lines, { again: true }),
      await keyOf(lines, { again: true }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('does not depend on whether the template stands in a file', async () => {
    expect(await keyOf(rows, { template: file('template.json', `${template}\n`) })).toBe(await keyOf(rows, { template }))
  })
})

describe('what is sent', () => {
  const fieldsOf = async (path: string, values: OrderValues = {}) => {
    const body = bodyOfOrder(await order(path, values)) as FormData
    return Object.fromEntries(
      await Promise.all([...body].map(async ([name, value]) => [name, typeof value === 'string' ? value : await value.text()])),
    )
  }

  it('is a form with lines or a table as they are, their template and their settings', async () => {
    expect(await fieldsOf(lines)).toEqual({ file: '{"prompt": "a fox"}\n{"prompt": "a hen"}\n' })
    expect(await fieldsOf(rows, { template, name: 'animals', priority: 'high', deadline: '90m' })).toEqual({
      file: 'animal\nfox\nhen\n',
      template: JSON.stringify(JSON.parse(template)),
      name: 'animals',
      priority: 'high',
      deadline: '2026-11-29T13:30:00.000Z',
    })
  })

  it('is the object of a JSON file, or its list, with what the command line says winning', async () => {
    const whole = file(
      'whole.json',
      '{"items": [{"animal": "fox"}], "template": {"request": {"prompt": "{{animal}}"}}, "name": "mine", "priority": "high"}',
    )
    expect(bodyOfOrder(await order(whole, { name: 'ours' }))).toEqual({
      items: [{ animal: 'fox' }],
      template: { request: { prompt: '{{animal}}' } },
      name: 'ours',
      priority: 'high',
    })
    expect(bodyOfOrder(await order(file('list.json', ' [{"prompt": "x"}]')))).toEqual({ items: [{ prompt: 'x' }] })
    await expect(order(whole, { template })).rejects.toThrow('has a template of its own')
  })

  it('has 26 hours in the economy lane unless a deadline is given, here or in the file', async () => {
    expect((await order(lines, { economy: true })).settings).toEqual({ lane: 'economy', deadline: '2026-11-30T14:00:00.000Z' })
    expect((await order(lines, { economy: true, deadline: '2d' })).settings.deadline).toBe('2026-12-01T12:00:00.000Z')
    const own = file('own.json', '{"items": [{"prompt": "x"}], "deadline": "2026-12-05T12:00:00Z"}')
    expect((await order(own, { economy: true })).settings).toEqual({ lane: 'economy' })
  })
})

describe('a file that cannot be submitted', () => {
  it.each<[string, string, OrderValues, string]>([
    ['missing.jsonl', '', {}, "There is no file '"],
    ['prompts.txt', 'x', {}, 'a bulk is a file that ends in .json, .jsonl, .ndjson, .csv'],
    ['a.jsonl', '', { template: 'nowhere.json' }, "--template expects a file or a JSON object, found 'nowhere.json'"],
    ['a.jsonl', '', { deadline: 'soon' }, '--deadline expects a time like'],
    ['a.jsonl', '', { deadline: '2026-12-01' }, '--deadline expects a time like'],
    ['a.jsonl', '', { priority: 'urgent' }, "--priority expects low, normal, high, found 'urgent'"],
  ])('is told by %s%s %j', async (name, text, values, message) => {
    const path = text === '' ? join(folder, name) : file(name, text)
    await expect(order(path, values)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) })
  })

  it.each([
    ['torn.jsonl', '{"prompt": "a fox"}\n{"prompt"', { param: 'line 2' }],
    ['doubled.json', '{"items": [{"prompt": "a", "prompt": "b"}]}', { code: 'duplicate_key' }],
    ['empty.csv', 'prompt\n', { code: 'invalid_bulk' }],
    ['torn.csv', 'prompt\n"a fox', { param: 'table' }],
    ['misplaced.jsonl', '{"prompt": "a"}\n{"prompt": "b", "lane": "economy"}', { items: [{ item: 2, param: 'lane' }] }],
    ['list.json', '[1]', { param: 'items' }],
  ])('is told by the gateway’s own error: %s', async (name, text, error) => {
    await expect(order(file(name, text))).rejects.toMatchObject({
      name: 'RefusedError',
      error: { outcome: 'not_charged', docs: expect.any(String), ...error },
    })
  })
})
