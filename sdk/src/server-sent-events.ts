/** One event of a stream. */
export interface ServerSentEvent {
  /** `message` where the stream names none. */
  event: string
  data: string
  /** Of this event, or of the last one that had any; empty when none had. */
  lastEventId: string
}

/**
 * Reads a `text/event-stream`. Comments are passed over, and so is an event that the end of the stream cuts short.
 * Lines of megabytes are put together once, whatever pieces they come in.
 * @param silenceMs without a single byte, comments included, the connection counts as broken
 * @throws whatever the body throws when its connection breaks.
 */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let data: string[] = []
  let event = ''
  let lastEventId = ''
  for await (const line of readLines(body, silenceMs)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), lastEventId }
      data = []
      event = ''
      continue
    }
    const [field, value] = fieldOf(line)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) lastEventId = value
  }
}

/** A comment has an empty name. */
function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon < 0) return [line, '']
  return [line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)]
}

/** Lines that end in LF, CR or CRLF; what follows the last of them is left out. */
async function* readLines(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let pending: string[] = []
  let isAfterReturn = false
  try {
    for (;;) {
      const { done, value } = await readWithin(reader, silenceMs)
      if (done) return
      const piece = decoder.decode(value, { stream: true })
      // A CRLF that a piece cut in two is one end of a line.
      const text = isAfterReturn && piece.startsWith('\n') ? piece.slice(1) : piece
      if (piece !== '') isAfterReturn = piece.endsWith('\r')
      const lines = text.split(/\r\n|\n|\r/)
      for (const [index, line] of lines.entries()) {
        pending.push(line)
        if (index === lines.length - 1) continue
        yield pending.join('')
        pending = []
      }
    }
  } finally {
    // A reader that leaves early gives the connection back; one that broke has none.
    await reader.cancel().catch(() => undefined)
  }
}

async function readWithin(reader: ReadableStreamDefaultReader<Uint8Array>, silenceMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TypeError(`the stream said nothing for ${silenceMs} ms`)), silenceMs)
  })
  try {
    return await Promise.race([reader.read(), silence])
  } finally {
    clearTimeout(timer)
  }
}
