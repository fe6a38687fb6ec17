import { smallTool } from './responses-calls.ts'

/*
 * One line for each way an assistant call can go wrong, and the ways it is asked for which that holds.
 *
 * calls    json, stream, previews (a stream with two of them); `1s` is the time limit of all of them
 * client   status, code, outcome and `x-should-retry`; or behind a 200 how the response ends (completed, failed, incomplete), `event` for
 *          an error event, `broken` for a connection that broke
 * record   status, retry_reason, next_action
 * money    `released`, `held`, or what is booked on the main model's book and on the image tool's, each `=` what the sandbox charged, or
 *          `over` it: at least as much, because somebody had to estimate
 * kept     pictures on record, then the remarks; the remark on a single picture, which all of them have, is left out
 */
const table = `
what                                   | script                       | calls                | client                                        | record                                | attempt                        | money     | kept
a moderated prompt                     | moderation                   | json stream          | 400 moderation_blocked not_charged false      | failed policy stop                    | rejected                       | released  | 0
a rate limit                           | status=429 retry-after=5     | json stream          | 429 rate_limit_exceeded not_charged true      | failed rate_limit retry               | rejected                       | released  | 0
a quota used up                        | code=insufficient_quota      | json stream          | 429 upstream_quota_exceeded not_charged false | failed quota human                    | rejected                       | released  | 0
a revoked upstream key                 | status=401                   | json stream          | 502 upstream_auth_failed not_charged false    | failed auth human                     | rejected                       | released  | 0
a 500 with a request id                | status=500                   | json stream          | 503 upstream_refused not_charged false        | failed provider_5xx human             | server_refused                 | released  | 0
a redirect                             | redirect                     | json stream          | 502 upstream_bad_response not_charged false   | failed validation human               | bad_response: redirect         | released  | 0

a 500 without a request id             | status=500 no-request-id     | json stream          | 502 upstream_outcome_unknown unknown false    | outcome_unknown unknown_outcome human | edge_failed: no_request_id     | held      | 0
a 502 page behind which it was charged | html charged                 | json stream previews | 502 upstream_outcome_unknown unknown false    | outcome_unknown unknown_outcome human | edge_failed: html              | held      | 0
silence                                | silence                      | json stream 1s       | 502 upstream_outcome_unknown unknown false    | outcome_unknown timeout human         | lost: timeout                  | held      | 0
a reset before the answer              | reset-before-headers         | json stream previews | 502 upstream_outcome_unknown unknown false    | outcome_unknown unknown_outcome human | lost: reset                    | held      | 0
a response that failed                 | failresponse                 | json stream previews | failed                                        | outcome_unknown provider_5xx human    | failed                         | held      | 0
one that failed and was charged        | failresponse charged         | json stream previews | failed                                        | outcome_unknown provider_5xx human    | failed                         | held      | 0
one that failed for its rate           | failresponse=rate_limit_exceeded | json stream      | failed                                        | outcome_unknown rate_limit human      | failed                         | held      | 0
a stream that begins with an error     | error-after-partial          | stream               | event upstream_outcome_unknown unknown        | outcome_unknown provider_5xx human    | upstream_outcome_unknown       | held      | 0

a cut before the first byte            | cut=0                        | json                 | 502 upstream_bad_response charged false       | failed network human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a stream cut before its first byte     | cut=0                        | stream previews      | event upstream_bad_response charged           | failed network human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a cut in the picture                   | cut=60%                      | json                 | broken                                        | failed network human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a reset in the picture                 | reset=60%                    | json                 | broken                                        | failed network human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a cut behind the picture               | cut=95%                      | json                 | broken                                        | failed network human                  | partial: connection_cut        | over over | 1 usage_estimated usage_estimated
a cut in the copy of the picture       | cut=95%                      | stream               | broken                                        | failed network human                  | partial: connection_cut        | over =    | 1 usage_estimated usage_estimated
a cut behind the head                  | cut=frame:1                  | stream previews      | event upstream_bad_response charged           | failed network human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a cut between preview and picture      | cut=frame:10                 | previews             | event upstream_bad_response charged           | failed network human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a cut behind a finished item           | cut=frame:12                 | stream previews      | event upstream_bad_response charged           | failed network human                  | partial: connection_cut        | over =    | 1 usage_estimated usage_estimated
a trickle beyond the time limit        | trickle=1000                 | json 1s              | broken                                        | failed timeout human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a trickling stream beyond the limit    | trickle=1000                 | stream 1s            | event upstream_bad_response charged           | failed timeout human                  | partial: connection_cut        | over over | 0 usage_estimated usage_estimated
a compressed answer                    | gzip                         | json stream          | 502 upstream_bad_response charged false       | failed unknown_outcome human          | bad_response: content_encoding | over over | 0
JSON that breaks behind the picture    | broken-json                  | json                 | broken                                        | failed unknown_outcome human          | partial: not_json              | over over | 1 usage_estimated usage_estimated
events that are no JSON                | broken-json                  | stream previews      | event upstream_bad_response charged           | failed unknown_outcome human          | partial: not_json              | over over | 0 usage_estimated usage_estimated
a picture that is no base64            | broken-base64                | json stream previews | broken                                        | failed unknown_outcome human          | partial: bad_base64            | over over | 0 usage_estimated usage_estimated
an address in the place of a picture   | url                          | json stream          | broken                                        | failed unknown_outcome human          | partial: bad_base64            | over over | 0 usage_estimated usage_estimated
an error behind a preview              | error-after-partial          | previews             | event upstream_bad_response charged           | failed provider_5xx human             | upstream_bad_response          | over over | 0 usage_estimated usage_estimated
an error behind the picture            | error-after-completed        | stream previews      | event upstream_bad_response charged           | failed provider_5xx human             | upstream_bad_response          | over =    | 1 usage_estimated usage_estimated

a picture the safety system refuses    | failitem                     | json stream previews | completed                                     | completed                             | completed                      | = over    | 0 failed_image_item failed_items_unmetered
a picture that is null                 | no-data                      | json stream previews | completed                                     | completed                             | completed                      | = =       | 0 failed_image_item
an incomplete response                 | incomplete                   | json stream previews | incomplete                                    | completed                             | incomplete                     | = =       | 1
one that a filter ended                | incomplete=content_filter    | json stream          | incomplete                                    | completed                             | incomplete                     | = =       | 1
no usage of the tool                   | nousage=tool                 | json stream previews | completed                                     | completed                             | completed                      | = =       | 1 usage_estimated
no usage of the main model             | nousage=main                 | json stream previews | completed                                     | completed                             | completed                      | over =    | 1 usage_estimated
no usage at all                        | usage=missing                | json stream previews | completed                                     | completed                             | completed                      | over =    | 1 usage_estimated usage_estimated
negative usage                         | usage=negative               | json stream          | completed                                     | completed                             | completed                      | over =    | 1 usage_estimated usage_estimated
usage beyond what can be               | usage=huge                   | json stream          | completed                                     | completed                             | completed                      | over =    | 1 usage_estimated usage_estimated
usage without details                  | usage=nodetails              | json stream previews | completed                                     | completed                             | completed                      | = over    | 1 cached_unknown
nothing said of what was cached        | nousage=cache                | json stream          | completed                                     | completed                             | completed                      | = =       | 1 cached_unknown
input from the cache                   | cached                       | json stream previews | completed                                     | completed                             | completed                      | = =       | 1
a dearer quality than asked            | quality=high                 | json stream          | completed                                     | completed                             | completed                      | = =       | 1 quality_not_honoured
another size than asked                | size=1024x1024               | json stream          | completed                                     | completed                             | completed                      | = =       | 1 size_not_honoured
another format than asked              | format=webp                  | json stream          | completed                                     | completed                             | completed                      | = =       | 1 format_not_honoured
a truncated picture                    | truncated-image              | json stream          | completed                                     | completed                             | completed                      | = =       | 1 image_incomplete
fewer previews than asked              | partials=1                   | previews             | completed                                     | completed                             | completed                      | = =       | 1
an item that stays generating          | generating                   | json stream          | completed                                     | completed                             | completed                      | = =       | 1
escaped base64                         | escaped-base64               | json stream previews | completed                                     | completed                             | completed                      | = =       | 1
a data URL                             | data-url                     | json stream          | completed                                     | completed                             | completed                      | = =       | 1
more announced than sent               | over-length=100              | json                 | completed                                     | completed                             | completed                      | = =       | 1
no request id                          | no-request-id                | json stream          | completed                                     | completed                             | completed                      | = =       | 1
text in deltas                         | deltas                       | stream previews      | completed                                     | completed                             | completed                      | = =       | 1
a stream byte by byte, with comments   | split-bytes comments crlf done-marker | stream previews | completed                                 | completed                             | completed                      | = =       | 1
`

/** What is booked, beside what the sandbox charged. */
export type Booked = '=' | 'over'

/** One line of the table, asked in one way. */
export interface BrokenResponse {
  /** The line as a claim. */
  claim: string
  /** Words of the fault grammar. */
  script: string
  /** What the call asks beside the usual. */
  change: object
  timeoutMs: number | null
  client:
    | { kind: 'refused'; status: number; code: string; outcome: string; retry: string }
    | { kind: 'event'; code: string; outcome: string }
    | { kind: 'broken' }
    | { kind: 'response'; status: string }
  status: string
  retryReason: string | null
  nextAction: string
  attempt: string
  money: 'released' | 'held' | { main: Booked; tool: Booked }
  images: number
  remarks: string[]
}

const changes: Record<string, object> = {
  json: {},
  stream: { stream: true },
  previews: { stream: true, tools: [{ ...smallTool, partial_images: 2 }] },
}

/** The table, read. */
export const brokenResponses: readonly BrokenResponse[] = table
  .split('\n')
  .filter((line) => line.includes('|'))
  .slice(1)
  .flatMap((line) => readLine(line.split('|').map((cell) => cell.trim())))

function readLine(cells: string[]): BrokenResponse[] {
  const [what, script, calls, client, record, attempt, money, kept] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const shapes = calls.split(' ')
  const [status, retryReason = null, nextAction = 'none'] = record.split(' ')
  const [images, ...remarks] = kept.split(' ')
  return shapes
    .filter((shape) => shape !== '1s')
    .map((shape) => ({
      claim: `${what} (${shape}): ${client}; ${record}; ${money}`,
      script: script!,
      change: changes[shape]!,
      timeoutMs: shapes.includes('1s') ? 1000 : null,
      client: readClient(client),
      status: status!,
      retryReason,
      nextAction,
      attempt,
      money: readMoney(money),
      images: Number(images),
      remarks: remarks.sort(),
    }))
}

function readClient(text: string): BrokenResponse['client'] {
  const [answer, code = '', outcome = '', retry = ''] = text.split(' ')
  if (answer === 'broken') return { kind: 'broken' }
  if (answer === 'event') return { kind: 'event', code, outcome }
  return /^\d/.test(answer!) ? { kind: 'refused', status: Number(answer), code, outcome, retry } : { kind: 'response', status: answer! }
}

function readMoney(text: string): BrokenResponse['money'] {
  if (text === 'released' || text === 'held') return text
  const [main, tool] = text.split(' ') as [Booked, Booked]
  return { main, tool }
}
