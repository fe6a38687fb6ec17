import type { CutPoint, FaultScript } from './fault-script.ts'

/** One word of the fault grammar. */
export interface FaultWord {
  word: string
  /** What may stand after `=`, as a hint for people; null when the word stands alone, in brackets when it may. */
  value: string | null
  /** The part of a script the word sets; null when the value cannot be used. */
  read(value: string | null): FaultScript | null
}

/** All words, in the order docs/sandbox.md lists them (held equal by test). */
export const faultWords: readonly FaultWord[] = [
  withValue('status', '400…599', (value) => whole(value, 400, 599, (status) => ({ status }))),
  withValue('status-then-ok', '400…599', (value) => whole(value, 400, 599, (status) => ({ status, first: 1 }))),
  withValue('code', 'NAME', (value) => (/^[a-z_]{1,60}$/.test(value) ? { code: value } : null)),
  alone('html', { html: true }),
  { word: 'redirect', value: '[URL]', read: (value) => ({ redirect: value ?? 'https://elsewhere.sandbox.invalid/v1/images/generations' }) },
  { word: 'moderation', value: '[output]', read: readModeration },
  alone('silence', { silence: true }),
  alone('reset-before-headers', { resetBeforeHeaders: true }),
  withValue('retry-after', 'SECONDS', (value) => whole(value, 0, 86_400, (retryAfterSeconds) => ({ retryAfterSeconds }))),

  withValue('latency', 'MS', (value) => whole(value, 0, 3_600_000, (latencyMs) => ({ latencyMs }))),
  withValue('cut', 'BYTES | PERCENT% | frame:K', (value) => cutAt(value, false)),
  withValue('reset', 'BYTES | PERCENT% | frame:K', (value) => cutAt(value, true)),
  withValue('trickle', 'BYTES_PER_SECOND', (value) => whole(value, 1, 1e9, (trickleBytesPerSecond) => ({ trickleBytesPerSecond }))),
  alone('split-bytes', { splitBytes: true }),
  alone('gzip', { gzip: true }),
  alone('content-length', { contentLength: true }),
  withValue('over-length', 'BYTES', (value) => whole(value, 1, 1e9, (overLengthBytes) => ({ overLengthBytes, contentLength: true }))),
  alone('no-request-id', { noRequestId: true }),

  withValue('size', 'WIDTHxHEIGHT', readSize),
  withValue('format', 'png | jpeg | webp', (value) => oneOf(value, ['png', 'jpeg', 'webp'], (format) => ({ format }))),
  withValue('quality', 'low … max', (value) => oneOf(value, ['low', 'medium', 'high', 'xhigh', 'max'], (quality) => ({ quality }))),
  withValue('model', 'ID', (value) => ({ modelEcho: value })),
  withValue('swap', 'ID', (value) => ({ swap: value })),
  alone('lie', { lie: true }),
  withValue('usage', 'missing | nodetails | negative | huge', (value) =>
    oneOf(value, ['missing', 'nodetails', 'negative', 'huge'], (usage) => ({ usage })),
  ),
  alone('no-data', { noData: true }),
  alone('url', { url: true }),
  alone('broken-json', { brokenJson: true }),
  alone('broken-base64', { brokenBase64: true }),
  alone('escaped-base64', { escapedBase64: true }),
  alone('data-url', { dataUrl: true }),
  alone('truncated-image', { truncatedImage: true }),

  { word: 'drift', value: '[1…100]', read: (value) => levels(value, 8, (driftLevels) => ({ driftLevels })) },
  { word: 'recolour', value: '[1…100]', read: (value) => levels(value, 24, (recolourLevels) => ({ recolourLevels })) },
  withValue('shift', 'RIGHT,DOWN', readShift),
  withValue('scale', '0.5…2', readScale),
  alone('garble', { garble: true }),
  alone('ignoremask', { ignoreMask: true }),

  withValue('partials', '0…3', (value) => whole(value, 0, 3, (partials) => ({ partials }))),
  alone('one-partial', { partials: 1 }),
  alone('error-after-partial', { errorAfterPartial: true }),
  alone('error-after-completed', { errorAfterCompleted: true }),
  alone('done-marker', { doneMarker: true }),
  alone('crlf', { crlf: true }),
  alone('comments', { comments: true }),

  alone('failitem', { failItem: true }),
  { word: 'failresponse', value: '[CODE]', read: (value) => readErrorCode(value ?? 'server_error') },
  { word: 'incomplete', value: '[content_filter]', read: readIncomplete },
  withValue('nousage', 'main | tool | cache', (value) => oneOf(value, ['main', 'tool', 'cache'], (noUsage) => ({ noUsage }))),
  alone('cached', { cached: true }),
  withValue('queued', 'MS', (value) => whole(value, 0, 3_600_000, (queuedMs) => ({ queuedMs }))),
  withValue('slowbackground', 'MS', (value) => whole(value, 0, 3_600_000, (slowBackgroundMs) => ({ slowBackgroundMs }))),
  { word: 'forget', value: '[pictures]', read: readForget },
  alone('deltas', { deltas: true }),
  alone('generating', { staysGenerating: true }),

  withValue('line', 'twice | lost | stranger', (value) => oneOf(value, ['twice', 'lost', 'stranger'], (lineFault) => ({ lineFault }))),
  withValue('expire-after', 'LINES', (value) => whole(value, 0, 50_000, (expireAfterLines) => ({ expireAfterLines }))),
  { word: 'failbatch', value: '[CODE]', read: (value) => readBatchCode(value ?? 'token_limit_exceeded') },
  { word: 'lag', value: '[BATCHES]', read: (value) => whole(value ?? '1', 1, 1000, (laggingBatches) => ({ laggingBatches })) },

  withValue('first', 'N', (value) => whole(value, 1, 1e9, (first) => ({ first }))),
  alone('charged', { charge: true }),
  alone('free', { charge: false }),
]

function alone(word: string, script: FaultScript): FaultWord {
  return { word, value: null, read: (value) => (value === null ? script : null) }
}

function withValue(word: string, value: string, read: (value: string) => FaultScript | null): FaultWord {
  return { word, value, read: (given) => (given === null ? null : read(given)) }
}

function whole(value: string, least: number, most: number, script: (value: number) => FaultScript): FaultScript | null {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  return number >= least && number <= most ? script(number) : null
}

function oneOf<Name extends string>(value: string, names: readonly Name[], script: (name: Name) => FaultScript): FaultScript | null {
  const name = names.find((known) => known === value)
  return name === undefined ? null : script(name)
}

function cutAt(value: string, cutByReset: boolean): FaultScript | null {
  const match = /^(?:(\d{1,10})|(\d{1,3})%|frame:(\d{1,3}))$/.exec(value)
  if (!match) return null
  const [, bytes, percent, frames] = match
  const cut: CutPoint | null =
    bytes !== undefined
      ? { unit: 'bytes', at: Number(bytes) }
      : percent !== undefined
        ? { unit: 'percent', at: Number(percent) }
        : { unit: 'frames', at: Number(frames) }
  return cut.unit === 'percent' && cut.at > 100 ? null : { cut, cutByReset }
}

function readSize(value: string): FaultScript | null {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(value)
  const [width, height] = [Number(match?.[1]), Number(match?.[2])]
  return width >= 16 && height >= 16 && width <= 3840 && height <= 3840 ? { size: { width, height } } : null
}

function readModeration(value: string | null): FaultScript | null {
  if (value === null) return { moderation: 'input' }
  return value === 'output' ? { moderation: 'output' } : null
}

function levels(value: string | null, usual: number, script: (levels: number) => FaultScript): FaultScript | null {
  return value === null ? script(usual) : whole(value, 1, 100, script)
}

function readShift(value: string): FaultScript | null {
  const match = /^([+-]?\d{1,4}),([+-]?\d{1,4})$/.exec(value)
  return match && { shift: { x: Number(match[1]), y: Number(match[2]) } }
}

function readScale(value: string): FaultScript | null {
  const scale = /^\d(?:\.\d{1,4})?$/.test(value) ? Number(value) : Number.NaN
  return scale >= 0.5 && scale <= 2 ? { scale } : null
}

function readErrorCode(code: string): FaultScript | null {
  return /^[a-z_]{1,60}$/.test(code) ? { failResponse: code } : null
}

function readBatchCode(code: string): FaultScript | null {
  return /^[a-z_]{1,60}$/.test(code) ? { failBatch: code } : null
}

function readIncomplete(value: string | null): FaultScript | null {
  if (value === null) return { incomplete: 'max_output_tokens' }
  return value === 'content_filter' ? { incomplete: value } : null
}

function readForget(value: string | null): FaultScript | null {
  if (value === null) return { forget: 'response' }
  return value === 'pictures' ? { forget: value } : null
}
