import { pixelsOf } from '../edit-test-kit.ts'
import { pictureFacts, smallGeneration } from '../sandbox-test-kit.ts'
import type { Sandbox } from '../start-sandbox.ts'

/** The members of an answer that tests of faces look at. */
export interface FaceReply {
  data?: { b64_json: string }[]
  size?: string
  quality?: string
  output_format?: string
  usage?: { output_tokens: number }
  error?: { code: string | null; message: string }
}

/** POSTs JSON to a path under a face; the face `null` is the sandbox itself. */
export function postTo(sandbox: Sandbox, face: string | null, path: string, body: unknown): Promise<Response> {
  return fetch(`${sandbox.url}${face === null ? '' : `/faces/${face}`}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'x-api-key': 'afk_any', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** POSTs a generation under a face and reads its answer. */
export async function generateOn(
  sandbox: Sandbox,
  face: string | null,
  change: Record<string, unknown> = {},
): Promise<{ response: Response; reply: FaceReply }> {
  const response = await postTo(sandbox, face, '/v1/images/generations', { ...smallGeneration, ...change })
  return { response, reply: (await response.json()) as FaceReply }
}

/** The bytes of the only picture of an answer. */
export function bytesOf({ data }: FaceReply): Buffer {
  return Buffer.from(data![0]!.b64_json, 'base64')
}

/** Everything about a face that a caller, and the invoice, can see in one generation and a few refusals. */
export interface SeenFace {
  /** What came. */
  pixels: string
  format: string
  /** The claim generator that the picture's bytes name. */
  signedBy: string | null
  /** What the answer says. */
  size: string | undefined
  quality: string | undefined
  outputFormat: string | undefined
  outputTokens: number | undefined
  requestIds: 'on every answer' | 'on none' | 'on some'
  /** What was booked. */
  line: { model: string; size: string | null; quality: string | null; image_out: number; nanos: string }
  /** Status of a call for a model that does not exist. */
  nonsenseModel: number
  /** Statuses of calls that the contract refuses: an unknown key, a size that is none, a quality of another model, one that is none. */
  refused: number[]
  /** Lines of the invoice for all of it. */
  charged: number
}

/** A call that no trait leaves untouched: not the auto size, not the auto quality, not the default format. */
const tellingCall = { size: '768x1024', quality: 'high', output_format: 'jpeg' }

/** Looks at a face. */
export async function seeFace(sandbox: Sandbox, face: string | null): Promise<SeenFace> {
  const linesBefore = sandbox.invoice.lines().length
  const { response, reply } = await generateOn(sandbox, face, tellingCall)
  const line = sandbox.invoice.lines().at(-1)!
  const nonsense = await generateOn(sandbox, face, { ...tellingCall, model: 'no-such-model-7' })
  const refusals = await Promise.all(
    [{ sise: '1024x1024' }, { size: '17x17' }, { quality: 'xhigh' }, { quality: 'superb' }].map((change) =>
      generateOn(sandbox, face, change),
    ),
  )
  const bytes = bytesOf(reply)
  const { width, height } = await pixelsOf(bytes)
  const haveIds = [response, nonsense.response, ...refusals.map((refusal) => refusal.response)].map(({ headers }) =>
    /^req_\w+$/.test(headers.get('x-request-id') ?? ''),
  )
  return {
    pixels: `${width}x${height}`,
    format: pictureFacts(bytes).format,
    signedBy: signerIn(bytes),
    size: reply.size,
    quality: reply.quality,
    outputFormat: reply.output_format,
    outputTokens: reply.usage?.output_tokens,
    requestIds: haveIds.every(Boolean) ? 'on every answer' : haveIds.some(Boolean) ? 'on some' : 'on none',
    line: { model: line.model, size: line.size, quality: line.quality, image_out: line.image_out, nanos: line.nanos },
    nonsenseModel: nonsense.response.status,
    refused: refusals.map((refusal) => refusal.response.status),
    charged: sandbox.invoice.lines().slice(linesBefore).length,
  }
}

/** Which claim generator stands in the bytes of a picture. */
export function signerIn(bytes: Buffer): string | null {
  return /(?:OpenAI-API|ChatGPT) c2pa-rs\/[\d.]+/.exec(bytes.toString('latin1'))?.[0] ?? null
}
