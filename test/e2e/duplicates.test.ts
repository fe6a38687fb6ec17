import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ledgerLines, postGeneration, promptWith, sumOf } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const KEYS = 200
const DUPLICATES = 20

interface Seen {
  status: number
  generationId: string | null
  isReplay: boolean
  hash: string
}

async function call(gateway: TestGateway, key: string, prompt: string): Promise<Seen> {
  const response = await postGeneration(gateway, { prompt }, { headers: { 'idempotency-key': key } })
  const hash = createHash('sha256')
  for await (const piece of response.body!) hash.update(piece)
  const isReplay = response.headers.get('idempotent-replayed') === 'true'
  return { status: response.status, generationId: response.headers.get('x-darkroom-generation'), isReplay, hash: hash.digest('hex') }
}

describe('duplicates of calls with keys', () => {
  it('F66 are answered by one call a key: 200 keys, 20 duplicates each, all with the same bytes, and the ledger is the invoice', async () => {
    await using gateway = await startTestGateway()
    const sandbox = gateway.gateway.sandbox!
    let nextKey = 0
    const seen = new Map<string, Seen[]>()
    const worker = async () => {
      for (let index = nextKey++; index < KEYS; index = nextKey++) {
        const key = `key-${index}`
        const prompt = promptWith('latency=20', `fox ${index % 10}`)
        seen.set(key, await Promise.all(Array.from({ length: DUPLICATES }, () => call(gateway, key, prompt))))
      }
    }
    await Promise.all(Array.from({ length: 4 }, worker))

    const sameAnswers = [...seen.values()].filter((answers) => {
      const facts = new Set(answers.map(({ status, generationId, hash }) => `${status} ${generationId} ${hash}`))
      return facts.size === 1 && answers[0]!.status === 200 && answers.filter(({ isReplay }) => !isReplay).length === 1
    })
    expect([seen.size, sameAnswers.length]).toEqual([KEYS, KEYS])
    expect(new Set([...seen.values()].map(([first]) => first!.generationId)).size).toBe(KEYS)
    expect(sandbox.calls.posts()).toBe(KEYS)
    const invoiced = sandbox.invoice.lines().reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
    const lines = await ledgerLines(gateway)
    expect(sumOf(lines, 'settle')).toBe(invoiced)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(lines.filter(({ kind }) => kind === 'reserve')).toHaveLength(KEYS)
  }, 120_000)
})
