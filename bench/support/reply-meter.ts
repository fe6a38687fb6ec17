const LINE_FEED = 0x0a
const LONGEST_HEAD = 16 * 1024

/** Reads HTTP/1.1 replies only as far as it must to count their body bytes and to find their end. */
export class ReplyMeter {
  /** Status of the reply under way; 0 before its head came. */
  status = 0
  /** Body bytes so far, without the framing. */
  bodyBytes = 0
  #line = ''
  #head = ''
  #state: 'head' | 'body' | 'size' | 'last' = 'head'
  #chunked = false
  /** Bytes to count before the next decision. */
  #left = 0
  /** Line break behind a chunk's bytes. */
  #uncounted = 0

  /** Makes it ready for the next reply on the connection. */
  restart(): void {
    this.status = 0
    this.bodyBytes = 0
    this.#head = ''
    this.#line = ''
    this.#state = 'head'
    this.#left = 0
    this.#uncounted = 0
  }

  /** Takes the first `length` bytes of a buffer. @returns true when the reply is over @throws Error on what is no reply */
  feed(bytes: Buffer, length: number): boolean {
    let at = 0
    while (at < length) {
      if (this.#left + this.#uncounted > 0) at = this.#skip(at, length)
      else at = this.#readLine(bytes, at, length)
      if (this.#isOver()) return true
    }
    return false
  }

  #skip(at: number, length: number): number {
    const counted = Math.min(this.#left, length - at)
    this.bodyBytes += counted
    this.#left -= counted
    const between = Math.min(this.#uncounted, length - at - counted)
    this.#uncounted -= between
    return at + counted + between
  }

  #isOver(): boolean {
    return this.#state === 'body' && !this.#chunked && this.#left === 0
  }

  #readLine(bytes: Buffer, at: number, length: number): number {
    const found = bytes.subarray(0, length).indexOf(LINE_FEED, at)
    const end = found < 0 ? length : found + 1
    this.#line += bytes.toString('latin1', at, end)
    if (this.#line.length + this.#head.length > LONGEST_HEAD) throw new Error('the head of a reply has no end')
    if (found < 0) return end
    const line = this.#line.trimEnd()
    this.#line = ''
    this.#takeLine(line)
    return end
  }

  #takeLine(line: string): void {
    if (this.#state === 'head' && line !== '') this.#head += `${line}\n`
    else if (this.#state === 'head') this.#endHead()
    else if (this.#state === 'size') this.#beginChunk(Number.parseInt(line, 16))
    else this.#endChunks()
  }

  #endHead(): void {
    this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#head)?.[1] ?? Number.NaN)
    this.#chunked = /^transfer-encoding: *chunked$/im.test(this.#head)
    const length = /^content-length: *(\d+)$/im.exec(this.#head)?.[1]
    if (!this.#chunked && length === undefined) throw new Error(`a reply without a length:\n${this.#head}`)
    this.#state = this.#chunked ? 'size' : 'body'
    if (!this.#chunked) this.#left = Number(length)
  }

  #beginChunk(size: number): void {
    if (!(size >= 0)) throw new Error('a chunk without a size')
    this.#left = size
    if (size > 0) this.#uncounted = 2
    else this.#state = 'last'
  }

  #endChunks(): void {
    this.#chunked = false
    this.#state = 'body'
  }
}
