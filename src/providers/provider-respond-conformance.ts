import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataUrlPlaceholder } from '../contract/image-url.ts'
import type { JsonObject } from '../primitives/json.ts'
import { watchedInput } from './edit-test-kit.ts'
import type { ImageProvider, RetrieveResponseCall } from './image-provider.ts'
import { jsonCarrier } from './input-carriers.ts'
import { describeInputs } from './provider-input-conformance.ts'
import { answering, callTo, canary, json, type ProviderConformance, RecordingSink, refusal } from './provider-test-kit.ts'
import { httpHead, type ScriptedUpstream, startScriptedUpstream, type UpstreamScript } from './scripted-upstream.ts'

/** The cases of every protocol that serves responses, kept ones included. */
export function describeResponses(conformance: ProviderConformance): void {
  const { create, startUpstream = startScriptedUpstream } = conformance
  describeInputs(conformance, jsonCarrier)

  describe('responses', () => {
    let made: ReturnType<ProviderConformance['create']>
    let upstream: ScriptedUpstream
    let sink: RecordingSink

    beforeEach(() => {
      made = create()
      sink = new RecordingSink()
    })

    afterEach(async () => {
      await made.close()
      await upstream?.close()
    })

    const start = async (script: UpstreamScript) => {
      upstream = await startUpstream(script)
      return made.provider as Required<ImageProvider>
    }
    const stored = (options: Partial<RetrieveResponseCall> = {}): RetrieveResponseCall => {
      const { baseUrl, key, clientRequestId, timeoutMs } = callTo(`${upstream.origin}/v1`)
      return { baseUrl, key, clientRequestId, timeoutMs, responseId: 'resp_1', stream: false, startingAfter: null, include: [], ...options }
    }
    const response = JSON.stringify({ id: 'resp_1', object: 'response', status: 'queued', output: [] })

    it('have a shape of their own', () => {
      expect(made.provider.shapeOf('respond')).toBe('responses')
      expect(made.provider.shapeOf('generate')).toBe('images')
    })

    it.each([false, true])('are asked with the very body that was given, stream: %s', async (stream) => {
      const provider = await start(answering(200, json, response))
      const body = {
        model: 'gpt-5.4',
        input: 'ein Café 🎨 \ud800',
        background: true,
        stream,
        tools: [{ type: 'image_generation', n: null }],
      }
      const outcome = await provider.dispatch(callTo(`${upstream.origin}/v1`, { operation: 'respond', body, stream }), sink)
      expect(outcome).toMatchObject({ class: 'ok' })
      expect(upstream.calls[0]!.body.toString()).toBe(JSON.stringify(body))
      expect(sink.body.toString()).toBe(response)
    })

    it('carry each input at its place, and leave every other text as it is', async () => {
      const provider = await start(answering(200, json, response))
      const untouched = { 'image.url': dataUrlPlaceholder, image_url: dataUrlPlaceholder }
      const body: JsonObject = {
        input: [untouched, { image_url: dataUrlPlaceholder, text: '"data:"' }],
        tools: [{ type: 'image_generation', input_image_mask: { image_url: dataUrlPlaceholder } }],
      }
      const mask = watchedInput(Buffer.from('mask'), { role: 'mask' })
      const cat = watchedInput(Buffer.from('cat'), { format: 'webp' })
      const inputs = [
        Object.assign(mask, { place: 'tools[0].input_image_mask.image_url' }),
        Object.assign(cat, { place: 'input[1].image_url' }),
      ]
      await provider.dispatch(callTo(`${upstream.origin}/v1`, { operation: 'respond', body, inputs }), sink)
      expect(JSON.parse(upstream.calls[0]!.body.toString())).toEqual({
        input: [untouched, { image_url: 'data:image/webp;base64,Y2F0', text: '"data:"' }],
        tools: [{ type: 'image_generation', input_image_mask: { image_url: 'data:image/png;base64,bWFzaw==' } }],
      })
    })

    it('are retrieved byte for byte into the sink, as bought ones are', async () => {
      const body = Buffer.from(`{"id":"resp_1","output":[{"type":"image_generation_call","result":"${'A'.repeat(400_000)}"}]}`)
      const provider = await start(answering(200, json, body))
      expect(await provider.retrieveResponse(stored(), sink)).toMatchObject({ class: 'ok', requestId: 'req_1' })
      expect(sink.events).toEqual(['sent', 'begin json', 'end'])
      expect(sink.body.equals(body)).toBe(true)
      expect(upstream.calls[0]!.body).toHaveLength(0)
    })

    it('are followed by their events, from where the reader stood', async () => {
      const events = 'event: response.completed\ndata: {"sequence_number":4}\n\n'
      const provider = await start(answering(200, { 'content-type': 'text/event-stream' }, events))
      expect(await provider.retrieveResponse(stored({ stream: true, startingAfter: 3 }), sink)).toMatchObject({ class: 'ok' })
      expect(sink.head?.kind).toBe('sse')
      expect(sink.body.toString()).toBe(events)
    })

    it('are partial when they break off while they are retrieved', async () => {
      const provider = await start((socket) =>
        socket.end(Buffer.concat([httpHead(200, { ...json, 'content-length': '999' }), Buffer.from('{')])),
      )
      expect(await provider.retrieveResponse(stored(), sink)).toMatchObject({ class: 'partial', cause: 'reset' })
      expect(sink.events).toEqual(['sent', 'begin json', 'cut'])
    })

    describe.each(['cancelResponse', 'deleteResponse'] as const)('%s', (method) => {
      it('gives the answer’s object', async () => {
        const provider = await start(answering(200, json, response))
        expect(await provider[method](stored())).toMatchObject({ outcome: { class: 'ok', requestId: 'req_1' }, body: JSON.parse(response) })
      })

      it.each<[string, UpstreamScript, object]>([
        ['rejected', answering(404, json, refusal('not_found')), { class: 'rejected', httpStatus: 404, error: { code: 'not_found' } }],
        ['server_refused', answering(500, json, refusal('server_error')), { class: 'server_refused' }],
        ['edge_failed', answering(502, { 'content-type': 'text/html' }, '<html>'), { class: 'edge_failed' }],
        ['lost', (socket) => socket.resetAndDestroy(), { class: 'lost', cause: 'reset' }],
        ['bad_response: no object', answering(200, json, '[]'), { class: 'bad_response', cause: 'not_json' }],
        ['bad_response: no JSON', answering(200, json, '{"id":'), { class: 'bad_response', cause: 'not_json' }],
        ['partial: longer than small', answering(200, json, Buffer.alloc(1_000_001, '1')), { class: 'partial', cause: 'too_large' }],
      ])('knows the classes of every call: %s', async (_class, script, outcome) => {
        const provider = await start(script)
        expect(await provider[method](stored())).toMatchObject({ outcome, body: null })
        expect(upstream.calls).toHaveLength(1)
      })
    })

    it.each(['', '.', '..', '../files', 'a/b', 'resp_1?x', 'resp 1', 'résp', 'a'.repeat(201)])(
      'are not asked about under a name that is no word: %j',
      async (responseId) => {
        const provider = await start(answering(200, json, response))
        const notSent = { class: 'not_sent', cause: 'invalid_request' }
        expect(await provider.retrieveResponse(stored({ responseId }), sink)).toMatchObject(notSent)
        expect(await provider.cancelResponse(stored({ responseId }))).toMatchObject({ outcome: notSent, body: null })
        expect(await provider.deleteResponse(stored({ responseId }))).toMatchObject({ outcome: notSent, body: null })
        expect(upstream.calls).toEqual([])
        expect(sink.events).toEqual([])
      },
    )

    it('show the key in none of their outcomes', async () => {
      const error = { message: `Incorrect API key: ${canary}`, code: canary, type: canary, param: canary }
      const provider = await start(answering(401, json, JSON.stringify({ error })))
      const outcomes = [
        await provider.retrieveResponse(stored(), sink),
        await provider.cancelResponse(stored()),
        await provider.deleteResponse(stored()),
      ]
      expect(inspect(outcomes, { depth: 9, showHidden: true })).not.toContain(canary)
      for (const { headers } of upstream.calls) expect(Object.values(headers).join('\n')).toContain(canary)
    })
  })
}
