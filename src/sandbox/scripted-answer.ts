import { type Call, waitFor, waitForever } from './call.ts'
import { moderationRefusal, type Refusal, scriptedRefusal } from './refusal.ts'
import { sendAnswer } from './wire/send-answer.ts'
import { CallOver } from './wire/wire-writer.ts'

/**
 * Answers a call whose script replaces the picture, in the shape the script asks for.
 * @throws CallOver when the script gives no answer at all.
 */
export async function answerInstead(call: Call, latencyMs: number): Promise<void> {
  const { script } = call
  await waitFor(call, latencyMs)
  if (script.silence) return waitForever(call)
  if (script.resetBeforeHeaders) return resetConnection(call)
  if (script.redirect !== undefined) return sendText(call, 302, 'text/html', '<a href>Moved</a>\n', { location: script.redirect })
  if (script.html) return sendHtml(call, script.status ?? 502)
  return sendRefusal(
    call,
    script.moderation ? moderationRefusal(script.moderation, call.record.request_id) : scriptedRefusal(script.status, script.code),
  )
}

/** Answers with an error in upstream's envelope. */
export async function sendRefusal(call: Call, refusal: Refusal): Promise<void> {
  await sendJson(call, refusal.status, { error: refusal.body }, refusal.headers)
}

/** Answers with a JSON value, laid out as upstream lays it out. */
export async function sendJson(call: Call, status: number, value: unknown, headers?: Readonly<Record<string, string>>): Promise<void> {
  await sendText(call, status, 'application/json', `${JSON.stringify(value, null, 2)}\n`, headers)
}

/** Answers with a small text. */
async function sendText(
  call: Call,
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const length: Record<string, string> = call.script.gzip ? {} : { 'content-length': String(Buffer.byteLength(text)) }
  await sendAnswer(call, { status, headers: { 'content-type': contentType, ...length, ...headers } }, [[text]])
}

/** The page of a gateway that stands in between and knows nothing of the API: no envelope, no request id. */
async function sendHtml(call: Call, status: number): Promise<void> {
  for (const name of call.response.getHeaderNames()) if (name !== 'x-sandbox') call.response.removeHeader(name)
  const page = `<html>\n<head><title>${status}</title></head>\n<body><h1>${status}</h1><hr>sandbox edge</body>\n</html>\n`
  await sendText(call, status, 'text/html', page)
}

function resetConnection(call: Call): never {
  call.response.socket?.resetAndDestroy()
  throw new CallOver()
}
