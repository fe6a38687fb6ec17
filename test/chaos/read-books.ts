import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bulk, BulkItemReply } from '../../src/contract/bulk-replies.ts'
import type { GenerationRecord, LedgerEntriesReply } from '../../src/contract/record.ts'
import type { InvoiceLine } from '../../src/sandbox/index.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'

/** Both books, and what is on record. Money in nano-USD. */
export interface Books {
  generations: number
  /** Hashes of the pictures that each generation can be asked for; only those whose bytes are what the hash says, or that were deleted. */
  pictures: ReadonlyMap<string, ReadonlySet<string>>
  /** Pictures on record whose bytes are missing or others. */
  rowsWithoutBytes: string[]
  /** Generations that are open still. */
  running: string[]
  /** Every bulk on record, and those of them that do not end, or whose items are not each one job. */
  bulks: { recorded: ReadonlySet<string>; amiss: string[] }
  /** Upstream calls, and lines of batches, that were made more than once under one id. */
  madeTwice: string[]
  invoiced: bigint
  /** Without what is booked by estimate. */
  booked: bigint
  /** Assistant calls whose answer broke off: what they cost in all is not known, so both books are told apart. */
  estimated: { calls: number; booked: bigint; invoiced: bigint }
  /** What of the invoice belongs to calls that are declared unknown, and what is held or was resolved for them. */
  declaredUnknown: bigint
  held: bigint
  /** Of what is booked, calls whose answer was lost: their estimate. */
  lost: bigint
  unknown: number
  adopted: number
  /** Attempts whose booked cost is not what the invoice says, among those that are not declared unknown. */
  differing: string[]
}

/** Reads everything from a gateway that nobody else uses, and the sandbox's invoice. */
export async function readBooks(gateway: GatewayProcess, sandboxUrl: string): Promise<Books> {
  const token = (await readFile(join(gateway.dataFolder, 'admin-token'), 'utf8')).trim()
  const get = async <Reply>(path: string) =>
    (await (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } })).json()) as Reply
  const bulks = await readBulks(async (path) => (await gateway.fetch(path)).json())
  const records = new Map<string, GenerationRecord>()
  for (const id of new Set((await everyLine(get)).map((line) => line.generation_id))) records.set(id, await ended(get, id))
  // Read once nothing is open any more.
  const lines = await everyLine(get)
  const byAttempt = Map.groupBy(lines, (line) => line.attempt_id)

  const invoice = (await (await fetch(`${sandboxUrl}/_sandbox/invoice`)).json()) as { nanos: string; lines: InvoiceLine[] }
  const { by_client_request_id: counts } = (await (await fetch(`${sandboxUrl}/_sandbox/calls`)).json()) as {
    by_client_request_id: Record<string, number>
  }
  const invoicedFor = new Map<string, bigint>()
  const linesMade = new Map<string, number>()
  for (const { client_request_id, custom_id, nanos } of invoice.lines) {
    const id = custom_id ?? client_request_id!
    invoicedFor.set(id, (invoicedFor.get(id) ?? 0n) + BigInt(nanos))
    if (custom_id) linesMade.set(custom_id, (linesMade.get(custom_id) ?? 0) + 1)
  }

  const attempts = [...byAttempt].map(([id, own]) => ({
    id,
    booked: sumOf(own, 'settle', 'loss'),
    held: sumOf(own, 'hold_unknown'),
    invoiced: invoicedFor.get(`dk-${id}`) ?? 0n,
    kinds: [...new Set(own.map(({ kind }) => kind))].join(' '),
    record: records.get(own[0]!.generation_id)!,
  }))
  const isUnknown = ({ booked, held }: { booked: bigint; held: bigint }) => held > 0n && booked === 0n
  /** A response that broke off has no usage, and nobody can count what its main model wrote. */
  const isEstimated = ({ record, held, booked }: (typeof attempts)[number]) =>
    record.operation === 'respond' && (record.usage?.source ?? 'estimated') === 'estimated' && held === 0n && booked > 0n
  const estimated = attempts.filter(isEstimated)
  const { pictures, rowsWithoutBytes } = await readPictures(gateway, token, records)
  const all = [...records.values()]
  return {
    generations: records.size,
    pictures,
    rowsWithoutBytes,
    running: all.filter(({ status }) => status === 'running' || status === 'queued').map(({ id }) => id),
    bulks,
    madeTwice: [...Object.entries(counts), ...linesMade].flatMap(([id, count]) => (count > 1 && id.startsWith('dk-att_') ? [id] : [])),
    invoiced: BigInt(invoice.nanos),
    booked: sumOf(lines, 'settle', 'loss') - estimated.reduce((sum, { booked }) => sum + booked, 0n),
    estimated: {
      calls: estimated.length,
      booked: estimated.reduce((sum, { booked }) => sum + booked, 0n),
      invoiced: estimated.reduce((sum, { invoiced }) => sum + invoiced, 0n),
    },
    declaredUnknown: attempts.filter(isUnknown).reduce((sum, { invoiced }) => sum + invoiced, 0n),
    held: sumOf(lines, 'hold_unknown'),
    lost: sumOf(lines, 'loss'),
    unknown: attempts.filter(isUnknown).length,
    adopted: all.filter(({ warnings }) => warnings.some(({ code }) => code === 'adopted_from_spool')).length,
    differing: attempts
      .filter((attempt) => !isEstimated(attempt))
      .filter((attempt) => (isUnknown(attempt) ? attempt.held < attempt.invoiced : attempt.booked !== attempt.invoiced))
      .map(
        ({ id, booked, held, invoiced, kinds, record }) =>
          `${id}: booked ${booked}, held ${held}, invoiced ${invoiced}; ${record.operation} ${record.status}, ${kinds}, ${record.attempts.map(({ outcome }) => outcome).join(' then ')}, images ${record.images.length}, usage ${record.usage?.source}`,
      ),
  }
}

type Get = <Reply>(path: string) => Promise<Reply>

async function everyLine(get: Get): Promise<LedgerEntriesReply['entries']> {
  const lines: LedgerEntriesReply['entries'] = []
  let cursor: string | null = null
  do {
    const page: LedgerEntriesReply = await get(
      `/v2/ledger/entries?limit=1000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    lines.push(...page.entries)
    cursor = page.next_cursor
  } while (cursor !== null)
  return lines
}

/** What was recorded of a bulk is gone on with by every start, so each must come to its end. */
async function readBulks(get: (path: string) => Promise<unknown>) {
  const recorded = new Set<string>()
  const amiss: string[] = []
  let cursor = ''
  do {
    const page = (await get(`/v2/jobs/bulk?limit=100${cursor}`)) as { bulks: Bulk[]; next_cursor: string | null }
    for (const { id, total } of page.bulks) {
      recorded.add(id)
      const end = await endOfBulk(get, id)
      const { items } = (await get(`/v2/jobs/bulk/${id}/items`)) as { items: BulkItemReply[] }
      const jobs = new Set(items.map(({ job_id }) => job_id).filter((jobId) => jobId !== null))
      if (end === null || jobs.size !== total) amiss.push(`${id}: ${jobs.size} jobs of ${total} items, ${end === null ? 'open' : 'ended'}`)
    }
    cursor = page.next_cursor === null ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`
  } while (cursor !== '')
  return { recorded, amiss }
}

/** When a bulk ended; null for one that does not. */
async function endOfBulk(get: (path: string) => Promise<unknown>, id: string): Promise<string | null> {
  for (let tries = 0; tries < 200; tries++) {
    const { ended_at } = (await get(`/v2/jobs/bulk/${id}`)) as Bulk
    if (ended_at !== null) return ended_at
    await wait(100)
  }
  return null
}

/** Background responses may still be on their way home, and jobs on theirs to be made. */
async function ended(get: Get, id: string): Promise<GenerationRecord> {
  for (let tries = 0; ; tries++) {
    const record = await get<GenerationRecord>(`/v2/generations/${id}`)
    if ((record.status !== 'running' && record.status !== 'queued') || tries > 100) return record
    await wait(100)
  }
}

async function readPictures(gateway: GatewayProcess, token: string, records: ReadonlyMap<string, GenerationRecord>) {
  const pictures = new Map<string, Set<string>>()
  const rowsWithoutBytes: string[] = []
  for (const [id, { images, originals }] of records) {
    const found = new Set<string>()
    for (const image of [...images, ...originals]) {
      if (image.storage !== 'stored') continue
      const answer = await fetch(`${gateway.url}/v2/images/${image.id}`, { headers: { authorization: `Bearer ${token}` } })
      const isRight = image.deleted_at === null ? answer.status === 200 : answer.status === 410
      const isSame = isRight && (image.deleted_at !== null || sha256(Buffer.from(await answer.arrayBuffer())) === image.sha256)
      if (isSame) found.add(image.sha256)
      else rowsWithoutBytes.push(image.id)
    }
    pictures.set(id, found)
  }
  return { pictures, rowsWithoutBytes }
}
