/*
 * One line for each way a call can go wrong: what the client sees, what the record says, what becomes of the money.
 *
 * call     how it is asked: json, stream, previews (a stream with two of them), set (a stream of two pictures); `1s` is its time limit
 * client   status, code, outcome and `x-should-retry` (then Retry-After), `event` for an error event behind a 200, `broken` for a
 *          connection that broke behind a 200
 * record   status, retry_reason, next_action
 * money    what becomes of the reservation, compared with what the sandbox charged
 * kept     pictures on record, then the remarks
 */
const table = `
what                                       | script                   | call      | client                                               | record                                | attempt                        | money              | kept
F22 a moderated prompt                     | moderation               | json      | 400 moderation_blocked not_charged false             | failed policy stop                    | rejected                       | released           | 0
F22 a moderated picture                    | moderation=output        | json      | 400 moderation_blocked not_charged false             | failed policy stop                    | rejected                       | released           | 0
F19 a rate limit                           | status=429 retry-after=20| json      | 429 rate_limit_exceeded not_charged true 20          | failed rate_limit retry               | rejected                       | released           | 0
F20 a quota used up                        | code=insufficient_quota  | json      | 429 upstream_quota_exceeded not_charged false        | failed quota human                    | rejected                       | released           | 0
F20 a billing limit that is sent as 400    | code=billing_hard_limit_reached | json | 429 upstream_quota_exceeded not_charged false      | failed quota human                    | rejected                       | released           | 0
F21 a revoked upstream key                 | status=401               | json      | 502 upstream_auth_failed not_charged false           | failed auth human                     | rejected                       | released           | 0
F23 a 500 in JSON with a request id        | status=500               | json      | 503 upstream_refused not_charged false               | failed provider_5xx human             | server_refused                 | released           | 0
F23 a 503 before a stream                  | status=503               | stream    | 503 upstream_refused not_charged false               | failed provider_5xx human             | server_refused                 | released           | 0
F29 a redirect                             | redirect                 | json      | 502 upstream_bad_response not_charged false          | failed validation human               | bad_response: redirect         | released           | 0

a 500 without a request id                 | status=500 no-request-id | json      | 502 upstream_outcome_unknown unknown false           | outcome_unknown unknown_outcome human | edge_failed: no_request_id     | held, not charged  | 0
a 502 in JSON                              | status=502               | json      | 502 upstream_outcome_unknown unknown false           | outcome_unknown unknown_outcome human | edge_failed: status            | held, not charged  | 0
F24 a 504 page of something in between     | html status=504          | json      | 502 upstream_outcome_unknown unknown false           | outcome_unknown unknown_outcome human | edge_failed: html              | held, not charged  | 0
F24 a 502 page behind which it was charged | html charged             | json      | 502 upstream_outcome_unknown unknown false           | outcome_unknown unknown_outcome human | edge_failed: html              | held, covers it    | 0
F07 silence                                | silence                  | json 1s   | 502 upstream_outcome_unknown unknown false           | outcome_unknown timeout human         | lost: timeout                  | held, covers it    | 0
F07 silence before a stream                | silence                  | stream 1s | 502 upstream_outcome_unknown unknown false           | outcome_unknown timeout human         | lost: timeout                  | held, covers it    | 0
F06 a reset before the answer              | reset-before-headers     | json      | 502 upstream_outcome_unknown unknown false           | outcome_unknown unknown_outcome human | lost: reset                    | held, covers it    | 0
F12 an answer without data or usage        | no-data usage=missing    | json      | 502 no_image_returned unknown false                  | outcome_unknown unknown_outcome human | no_image_returned              | held, covers it    | 0 fewer_images
F28 a stream of previews alone             | no-data                  | previews  | event no_image_returned unknown                      | outcome_unknown unknown_outcome human | no_image_returned              | held, covers it    | 0 fewer_images
F26 a stream that begins with an error     | error-after-partial      | stream    | event upstream_outcome_unknown unknown               | outcome_unknown provider_5xx human    | upstream_outcome_unknown       | held, covers it    | 0 fewer_images

F09 a cut in the picture                   | cut=60%                  | json      | broken                                               | failed network human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F09 a reset in the picture                 | reset=60%                | json      | broken                                               | failed network human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F08 a cut before the first byte            | cut=0                    | json      | 502 upstream_bad_response charged false              | failed network human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F25 a trickle beyond the time limit        | trickle=1000             | json 1s   | broken                                               | failed timeout human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F30 a compressed answer                    | gzip                     | json      | 502 upstream_bad_response charged false              | failed unknown_outcome human          | bad_response: content_encoding | lost, as charged   | 0
F12 an answer without data                 | no-data                  | json      | 502 no_image_returned charged false                  | failed unknown_outcome human          | no_image_returned              | lost, as charged   | 0 fewer_images
F32 an address instead of a picture        | url                      | json      | 502 no_image_returned charged false                  | failed unknown_outcome human          | no_image_returned              | lost, as charged   | 0 fewer_images
F13 broken base64                          | broken-base64            | json      | broken                                               | failed unknown_outcome human          | partial: bad_base64            | lost, as charged   | 0 fewer_images usage_estimated
F11 an event that is no JSON               | broken-json              | stream    | broken                                               | failed unknown_outcome human          | partial: not_json              | lost, as charged   | 0 fewer_images usage_estimated
F08 a stream cut before its first event    | cut=0                    | stream    | event upstream_bad_response charged                  | failed network human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F27 a stream cut between two events        | cut=frame:1              | previews  | event upstream_bad_response charged                  | failed network human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F27 a stream cut within its picture        | cut=95%                  | previews  | broken                                               | failed network human                  | partial: connection_cut        | lost, as charged   | 0 fewer_images usage_estimated
F26 a stream that fails behind a preview   | error-after-partial      | previews  | event upstream_bad_response charged                  | failed provider_5xx human             | upstream_bad_response          | lost, as charged   | 0 fewer_images usage_estimated

F11 JSON that breaks behind its picture    | broken-json              | json      | broken                                               | failed unknown_outcome human          | partial: not_json              | settled as charged | 1 usage_estimated
F27 a set cut behind its first picture     | cut=frame:1              | set       | event upstream_bad_response charged                  | failed network human                  | partial: connection_cut        | settled as charged | 1 fewer_images usage_estimated
F26 a set that fails behind its first      | error-after-completed    | set       | event upstream_bad_response charged                  | failed provider_5xx human             | upstream_bad_response          | settled as charged | 1 fewer_images usage_estimated

F17 a missing usage                        | usage=missing            | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 usage_estimated
F17 a missing usage behind previews        | usage=missing            | previews  | 200                                                  | completed                             | ok                             | settled as charged | 1 usage_estimated
F17 a missing usage of a set               | usage=missing            | set       | 200                                                  | completed                             | ok                             | settled as charged | 2 usage_estimated
F18 a negative usage                       | usage=negative           | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 usage_estimated
F18 a usage of a million million tokens    | usage=huge               | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 usage_estimated
a usage without details                    | usage=nodetails          | json      | 200                                                  | completed                             | ok                             | settled as charged | 1
F15 another size than asked                | size=1024x1024           | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 over_reserve size_not_honoured
F15 another format than asked              | format=jpeg              | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 format_not_honoured
F15 a dearer quality than asked            | quality=high             | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 over_reserve quality_not_honoured
a swapped model at the same rates          | swap=gpt-image-2.5-flare | json      | 200                                                  | completed                             | ok                             | settled as charged | 1
no request id                              | no-request-id            | json      | 200                                                  | completed                             | ok                             | settled as charged | 1
F14 a truncated picture                    | truncated-image          | json      | 200                                                  | completed                             | ok                             | settled as charged | 1 image_incomplete
F10 more announced than sent               | over-length=100          | json      | 200                                                  | completed                             | ok                             | settled as charged | 1
an error behind the last picture           | error-after-completed    | previews  | 200                                                  | completed                             | ok                             | settled as charged | 1
escaped base64                             | escaped-base64           | json      | 200                                                  | completed                             | ok                             | settled as charged | 1
a data URL                                 | data-url                 | json      | 200                                                  | completed                             | ok                             | settled as charged | 1
a stream byte by byte, with comments       | split-bytes comments crlf done-marker | stream | 200                                        | completed                             | ok                             | settled as charged | 1
`

/** What becomes of the reservation, and how that compares with the sandbox's invoice. */
export type Money = 'released' | 'held, not charged' | 'held, covers it' | 'lost, as charged' | 'settled as charged'

/** One line of the table. */
export interface BrokenCall {
  /** The line as a claim. */
  claim: string
  /** Words of the fault grammar. */
  script: string
  /** What the call asks beside the usual. */
  change: object
  timeoutMs: number | null
  client: {
    status: number
    ending: 'whole' | 'broken'
    code: string | undefined
    outcome: string | undefined
    retry: string | null
    retryAfter: string | undefined
  }
  status: string
  retryReason: string | null
  nextAction: string
  attempt: string
  money: Money
  images: number
  remarks: string[]
}

const calls: Record<string, object> = {
  json: {},
  stream: { stream: true },
  previews: { stream: true, partial_images: 2 },
  set: { stream: true, n: 2 },
}

/** The table, read. */
export const brokenCalls: readonly BrokenCall[] = table
  .split('\n')
  .filter((line) => line.includes('|'))
  .slice(1)
  .map((line) => readLine(line.split('|').map((cell) => cell.trim())))

function readLine(cells: string[]): BrokenCall {
  const [what, script, call, client, record, attempt, money, kept] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const [shape, limit] = call.split(' ')
  const [status, retryReason = null, nextAction = 'none'] = record.split(' ')
  const [images, ...remarks] = kept.split(' ')
  return {
    claim: `${what} (${shape}): ${client}; ${record}; ${money}`,
    script,
    change: calls[shape!]!,
    timeoutMs: limit === '1s' ? 1000 : null,
    client: readClient(client),
    status: status!,
    retryReason,
    nextAction,
    attempt,
    money: money as Money,
    images: Number(images),
    remarks: remarks.sort(),
  }
}

function readClient(text: string): BrokenCall['client'] {
  const [answer, code, outcome, retry = null, retryAfter] = text.split(' ')
  const isOk = answer === 'event' || answer === 'broken'
  return { status: isOk ? 200 : Number(answer), ending: answer === 'broken' ? 'broken' : 'whole', code, outcome, retry, retryAfter }
}
