/** One event of a stream. */
export interface StreamedEvent {
  id: string
  event: string
  data: string
}

/**
 * Reads the events of an answer; comments are passed over, and so is what the end of the stream cuts short.
 * @param signal ends the reading
 * @throws TypeError when the connection breaks
 */
export async function* readEvents(response: Response, signal: AbortSignal): AsyncGenerator<StreamedEvent> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const leave = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', leave)
  try {
    let pending = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done || signal.aborted) return
      const frames = (pending + value).split('\n\n')
      pending = frames.pop()!
      for (const frame of frames) {
        const fields = fieldsOf(frame)
        if (fields.data !== undefined) yield { id: fields.id ?? '', event: fields.event ?? 'message', data: fields.data }
      }
    }
  } finally {
    signal.removeEventListener('abort', leave)
    leave()
  }
}

function fieldsOf(frame: string): { id?: string; event?: string; data?: string } {
  return Object.fromEntries(
    frame.split('\n').flatMap((line) => [...line.matchAll(/^(id|event|data): ?(.*)$/g)].map(([, name, value]) => [name, value])),
  )
}
