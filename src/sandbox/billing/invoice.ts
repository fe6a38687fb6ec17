import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Nanos } from '../../primitives/money.ts'
import type { ChargePhase } from '../faults/fault-script.ts'

/** Lines kept in memory for reading back; the totals and the file hold all. */
const REMEMBERED_LINES = 100_000

/**
 * The account a line belongs to: a call of the Image API, or of the job API; one picture of the image tool of a Responses call; or the main model of that
 * call. A Responses call has exactly one line of its main model and one for each picture, all with its ids.
 */
export type InvoiceBook = 'image_api' | 'image_tool' | 'main_model'

/** One charge, as written to the invoice file (one JSON object a line). */
export interface InvoiceLine {
  book: InvoiceBook
  /** ISO 8601 UTC. */
  at: string
  request_id: string
  client_request_id: string | null
  /** Null but for Responses. */
  response_id: string | null
  /** The model that was paid for: another than the one asked for when a script swapped it. */
  model: string
  /** `job` is a generation asked of the job API. */
  operation: 'generate' | 'edit' | 'respond' | 'job'
  /** Null for a main model, as is the quality. */
  size: string | null
  quality: string | null
  /** Pictures; 0 for a main model. */
  n: number
  /** Without what was cached. A main model's input counts as text, pictures too. */
  text_in: number
  text_cached_in: number
  /** Without what was cached. */
  image_in: number
  image_cached_in: number
  /** Image output tokens, previews included. */
  image_out: number
  /** Output of a main model, reasoning included. */
  text_out: number
  /** Previews charged, 100 output tokens each. */
  partial_images: number
  /** Jobs only, which are charged in credits and not by tokens. */
  credits?: number
  /** Lines of batches only, as is the line's own id: charged at half the rates. */
  batch_id?: string
  custom_id?: string
  /** Price in nano-USD, a whole number as text. */
  nanos: string
  charged_at_phase: ChargePhase
  /** The face that was called; null for a call without one. */
  face: string | null
}

/** What is charged, before it stands on the invoice. */
export type Charge = Omit<InvoiceLine, 'face'>

/** What the endpoints may do with the invoice. */
export interface InvoiceWriter extends InvoiceReader {
  /**
   * Books one charge. The line is on record when this returns, whatever becomes of the answer.
   * @throws Error once the invoice file cannot be written: an emulator that forgets charges proves nothing.
   */
  add(charge: Charge, face?: string): void
}

/** Sums over all charges of this run. */
export interface InvoiceTotals {
  /** Charged calls. The lines of one Responses call count once, by its main model's. */
  calls: number
  images: number
  nanos: Nanos
}

/** What a reader of the invoice may do; the sandbox alone writes it. */
export interface InvoiceReader {
  /** Sums since the sandbox started. */
  totals(): InvoiceTotals
  /** The lines of this run in order, the last 100,000 at most. */
  lines(): readonly InvoiceLine[]
  /** Resolves when every line so far is in the file. */
  flushed(): Promise<void>
}

/**
 * The sandbox's own book of charged calls: the independent truth that a gateway's ledger is compared with.
 * Append-only; a file of an earlier run is continued, and a line that a crash tore is closed off first so that it spoils no other.
 */
export class Invoice implements InvoiceWriter {
  readonly #file: WriteStream | null
  #failure: Error | null = null
  readonly #lines: InvoiceLine[] = []
  readonly #totals: InvoiceTotals = { calls: 0, images: 0, nanos: 0n }

  /** Opens the invoice. `path` null keeps it in memory only. */
  static async open(path: string | null): Promise<Invoice> {
    return new Invoice(path === null ? null : await openForAppending(path))
  }

  private constructor(file: WriteStream | null) {
    this.#file = file
    file?.on('error', (error) => {
      this.#failure = error
    })
  }

  add(charge: Charge, face?: string): void {
    if (this.#failure) throw this.#failure
    const line: InvoiceLine = { ...charge, face: face ?? null }
    if (line.book !== 'image_tool') this.#totals.calls += 1
    this.#totals.images += line.n
    this.#totals.nanos += BigInt(line.nanos)
    this.#lines.push(line)
    if (this.#lines.length > REMEMBERED_LINES) this.#lines.shift()
    this.#file?.write(`${JSON.stringify(line)}\n`)
  }

  totals(): InvoiceTotals {
    return { ...this.#totals }
  }

  lines(): readonly InvoiceLine[] {
    return this.#lines
  }

  async flushed(): Promise<void> {
    const file = this.#file
    if (!file) return
    await new Promise<void>((resolve, reject) => file.write('', (error) => (error ? reject(error) : resolve())))
  }

  /** Writes what is left and closes the file. */
  async close(): Promise<void> {
    if (!this.#file) return
    this.#file.end()
    await finished(this.#file)
  }
}

async function openForAppending(path: string): Promise<WriteStream> {
  await mkdir(dirname(path), { recursive: true })
  const torn = await endsInsideALine(path)
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 })
  await new Promise<void>((resolve, reject) => file.once('open', () => resolve()).once('error', reject))
  if (torn) file.write('\n')
  return file
}

async function endsInsideALine(path: string): Promise<boolean> {
  const file = await open(path, 'a+')
  try {
    const { size } = await file.stat()
    if (size === 0) return false
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] !== 0x0a
  } finally {
    await file.close()
  }
}
