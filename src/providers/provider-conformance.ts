import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { watchedInput } from './edit-test-kit.ts'
import type { DispatchOutcome, ProviderCall, ReplySink } from './image-provider.ts'
import { describePassedOnAnswers } from './provider-answer-conformance.ts'
import { describeEdits } from './provider-edit-conformance.ts'
import { describeResponses } from './provider-respond-conformance.ts'
import { answering, callTo, canary, json, type ProviderConformance, RecordingSink, refusal } from './provider-test-kit.ts'
import { type httpAnswer, httpHead, type ScriptedUpstream, startScriptedUpstream, type UpstreamScript } from './scripted-upstream.ts'

/**
 * The cases every protocol has to pass: what each way of failing is called, and that nothing a hostile upstream says makes the provider
 * throw or repeat its key; and for protocols that pass answers on, which bytes reach the sink.
 */
export function describeImageProvider(conformance: ProviderConformance): void {
  const { name, operations, answers = 'passed_on', create, startUpstream = startScriptedUpstream } = conformance

  describe(`${name} keeps the provider contract`, () => {
    let made: ReturnType<ProviderConformance['create']>
    let upstream: ScriptedUpstream | null = null
    let sink: RecordingSink

    beforeEach(() => {
      made = create()
      sink = new RecordingSink()
    })

    afterEach(async () => {
      await made.close()
      await upstream?.close()
      upstream = null
    })

    async function dispatch(script: UpstreamScript, options: Partial<ProviderCall> = {}, to: ReplySink = sink): Promise<DispatchOutcome> {
      upstream = await startUpstream(script)
      return made.provider.dispatch(callTo(`${upstream.origin}/v1`, options), to)
    }

    it('serves the operations it is held to, and no other', () => {
      expect(made.provider.operations).toEqual(operations)
    })

    if (answers === 'passed_on') describePassedOnAnswers(conformance)
    if (operations.includes('edit')) describeEdits(conformance)
    if (operations.includes('respond')) describeResponses(conformance)

    it('reads no input where the operation takes none', async () => {
      const input = watchedInput(1_000)
      await dispatch(answering(200, json, '{}'), { inputs: [input] })
      expect(input).toMatchObject({ opened: 0, yieldedBytes: 0 })
    })

    describe('what became of a call', () => {
      it('not sent: nobody listens', async () => {
        upstream = await startUpstream(() => {})
        await upstream.close()
        const outcome = await made.provider.dispatch(callTo(`${upstream.origin}/v1`), sink)
        expect(outcome).toMatchObject({ class: 'not_sent', cause: 'connect', httpStatus: null, firstByteMs: null })
        expect(sink.events).toEqual([])
      })

      it('not sent: the key cannot be put into a header, and is not shown', async () => {
        const outcome = await dispatch(() => {}, { key: new Secret(`${canary}\r\nx-injected: 1`) })
        expect(outcome).toMatchObject({ class: 'not_sent', cause: 'invalid_request' })
        expect(upstream!.calls).toEqual([])
        expect(inspect(outcome, { depth: 9 })).not.toContain(canary)
      })

      it('not sent: aborted before its turn', async () => {
        const outcome = await dispatch(() => {}, { signal: AbortSignal.abort() })
        expect(outcome).toMatchObject({ class: 'not_sent', cause: 'aborted' })
        expect(upstream!.calls).toEqual([])
      })

      it('rejected: a complete 4xx in JSON', async () => {
        const outcome = await dispatch(answering(400, json, refusal('invalid_value')))
        const error = { message: 'no: invalid_value', type: 'invalid_request_error', param: 'size', code: 'invalid_value' }
        expect(outcome).toMatchObject({ class: 'rejected', error, retryAfterMs: null, httpStatus: 400, requestId: 'req_1' })
        expect(sink.events).toEqual(['sent'])
      })

      it('rejected: a rate limit, with the time to wait and the limits', async () => {
        const headers = { ...json, 'retry-after': '20', 'x-ratelimit-remaining-requests': '0' }
        expect(await dispatch(answering(429, headers, refusal('rate_limit_exceeded')))).toMatchObject({
          class: 'rejected',
          retryAfterMs: 20_000,
          rateLimits: { 'retry-after': '20', 'x-ratelimit-remaining-requests': '0' },
        })
      })

      it('server refused: a complete 500 in JSON with a request id', async () => {
        expect(await dispatch(answering(500, json, refusal('server_error')))).toMatchObject({ class: 'server_refused', httpStatus: 500 })
      })

      it.each<[string, Parameters<typeof httpAnswer>]>([
        ['500 without a request id', [500, { 'content-type': 'application/json' }, refusal('server_error')]],
        ['504 with a page', [504, { 'content-type': 'text/html' }, '<html>Gateway Time-out</html>']],
        ['502 in JSON', [502, json, refusal('bad_gateway')]],
        ['524', [524, { 'content-type': 'text/plain' }, 'error code: 524']],
        ['400 with a page', [400, { 'content-type': 'text/html' }, '<html>Bad Request</html>']],
        ['a refusal without an end in sight', [400, json, `{"error":{"message":"${'x'.repeat(200_000)}"}}`]],
      ])('edge failed: %s', async (_case, answer) => {
        expect(await dispatch(answering(...answer))).toMatchObject({ class: 'edge_failed', httpStatus: answer[0] })
        expect(sink.events).toEqual(['sent'])
      })

      it('edge failed: a refusal that broke off', async () => {
        const outcome = await dispatch((socket) => socket.end(httpHead(400, { ...json, 'content-length': '999' })))
        expect(outcome).toMatchObject({ class: 'edge_failed', cause: 'answer_cut' })
      })

      it('lost: silence until the deadline', async () => {
        expect(await dispatch(() => {}, { timeoutMs: 400 })).toMatchObject({ class: 'lost', cause: 'timeout', httpStatus: null })
        expect(sink.events).toEqual(['sent'])
      })

      it('lost: a reset without an answer, and no second request', async () => {
        expect(await dispatch((socket) => socket.resetAndDestroy())).toMatchObject({ class: 'lost', cause: 'reset' })
        expect(upstream!.calls).toHaveLength(1)
      })

      it('lost: aborted while waiting', async () => {
        const controller = new AbortController()
        expect(await dispatch(() => controller.abort(), { signal: controller.signal })).toMatchObject({ class: 'lost', cause: 'aborted' })
      })

      it.each<[string, Parameters<typeof httpAnswer>]>([
        ['redirect', [302, { location: 'http://127.0.0.1:1/' }]],
        ['html', [200, { 'content-type': 'text/html' }, '<html>Welcome</html>']],
        ['content_type', [200, { 'content-type': 'image/png' }, 'PNG']],
        ['content_type', [204, {}]],
        ['content_encoding', [200, { ...json, 'content-encoding': 'gzip' }, 'zipped']],
      ])('bad response: %s', async (cause, answer) => {
        expect(await dispatch(answering(...answer))).toMatchObject({ class: 'bad_response', cause, httpStatus: answer[0] })
        expect(sink.events).toEqual(['sent'])
      })

      it('bad response: not HTTP at all', async () => {
        const outcome = await dispatch((socket) => socket.end('220 mail.example ESMTP\r\n'))
        expect(outcome).toMatchObject({ class: 'bad_response', cause: 'not_http' })
      })
    })

    describe('the key', () => {
      it('is in no outcome, whatever upstream repeats of it', async () => {
        const echo = `Incorrect API key: ${canary}. Bearer ${canary} sk-proj-abcdef****wxyz org-AbCdEf123456`
        const error = {
          message: echo,
          type: echo,
          param: echo,
          code: echo,
          moderation_details: { moderation_stage: echo, categories: [echo] },
        }
        const headers = { ...json, 'x-request-id': echo, 'x-ratelimit-remaining-requests': echo, 'retry-after': echo }
        const outcome = await dispatch(answering(401, headers, JSON.stringify({ error })))
        const shown = inspect(outcome, { depth: 9, showHidden: true }) + JSON.stringify(outcome)
        expect(outcome.class).toBe('rejected')
        for (const secret of [canary, 'sk-proj', 'org-AbCdEf']) expect(shown).not.toContain(secret)
      })

      it('is in no dump of the provider or of what it is called with', async () => {
        const call = callTo('http://127.0.0.1:1')
        expect(inspect([made.provider, call], { depth: 9, showHidden: true }) + JSON.stringify(call)).not.toContain(canary)
      })

      it('is not sent to upstreams that take none', async () => {
        await dispatch(answering(200, json, '{}'), { key: null })
        const { authorization, 'x-api-key': apiKey } = upstream!.calls[0]!.headers
        expect([authorization, apiKey]).toEqual([undefined, undefined])
      })
    })
  })
}
