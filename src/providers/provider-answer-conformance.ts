import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DispatchOutcome, ProviderCall } from './image-provider.ts'
import { answering, callTo, canary, json, type ProviderConformance, RecordingSink } from './provider-test-kit.ts'
import { httpHead, type ScriptedUpstream, startScriptedUpstream, type UpstreamScript } from './scripted-upstream.ts'

/** The cases of every protocol that passes on the one answer of its one request: which bytes go out and which reach the sink. */
export function describePassedOnAnswers({ create, startUpstream = startScriptedUpstream }: ProviderConformance): void {
  describe('an answer that is passed on', () => {
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

    async function dispatch(script: UpstreamScript, options: Partial<ProviderCall> = {}): Promise<DispatchOutcome> {
      upstream = await startUpstream(script)
      return made.provider.dispatch(callTo(`${upstream.origin}/v1`, options), sink)
    }

    it('asks for exactly the body it was given, once, with the key and the id of the attempt', async () => {
      const body = { model: 'gpt-image-2', prompt: 'ein Café 🎨 \ud800', n: 1, size: '1024x1024' }
      await dispatch(answering(200, json, '{}'), { body })
      expect(upstream!.calls).toHaveLength(1)
      const [received] = upstream!.calls
      expect(received!.body.toString()).toBe(JSON.stringify(body))
      expect(Object.values(received!.headers).join('\n')).toContain(canary)
      expect(Object.values(received!.headers)).toContain('att_1')
    })

    it('hands over a JSON body byte for byte', async () => {
      const body = Buffer.from(`{"data":[{"b64_json":"${'A'.repeat(400_000)}"}], "usage": {"é": 1}}\n`)
      const outcome = await dispatch(answering(200, json, body))
      expect(outcome).toMatchObject({ class: 'ok', httpStatus: 200, requestId: 'req_1' })
      expect(sink.events).toEqual(['sent', 'begin json', 'end'])
      expect(sink.head).toEqual({ status: 200, kind: 'json', requestId: 'req_1' })
      expect(sink.body.equals(body)).toBe(true)
    })

    it('hands over a stream as it comes, before it ends', async () => {
      const first = 'event: image_generation.partial_image\ndata: {"b64_json":"AA"}\n\n'
      const second = 'event: image_generation.completed\ndata: {"b64_json":"AB"}\n\n'
      let finish = () => {}
      const seen = Promise.withResolvers<void>()
      sink.data = (piece) => {
        sink.pieces.push(piece)
        seen.resolve()
        return true
      }
      const outcome = dispatch(
        (socket) => {
          const length = String(first.length + second.length)
          socket.write(httpHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'content-length': length }))
          socket.write(first)
          finish = () => socket.write(second)
        },
        { stream: true },
      )
      await seen.promise
      expect(sink.body.toString()).toBe(first)
      finish()
      expect(await outcome).toMatchObject({ class: 'ok', requestId: null })
      expect(sink.events).toEqual(['sent', 'begin sse', 'end'])
      expect(sink.body.toString()).toBe(first + second)
    })

    it('passes JSON that was asked as a stream as what it is', async () => {
      await dispatch(answering(200, json, '{}'), { stream: true })
      expect(sink.head?.kind).toBe('json')
    })

    it('takes chunked framing off', async () => {
      await dispatch((socket) => {
        socket.write(httpHead(200, { ...json, 'transfer-encoding': 'chunked' }))
        socket.write('3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n')
      })
      expect(sink.body.toString()).toBe('{"a":1}')
    })

    it('stops reading while the sink is full and loses nothing', async () => {
      const piece = Buffer.alloc(2 ** 20, 'x')
      const total = 64
      let written = 0
      let resume = () => {}
      const full = Promise.withResolvers<void>()
      let received = 0
      sink.data = (part, resumeReading) => {
        received += part.length
        if (received > part.length) return true
        resume = resumeReading
        full.resolve()
        return false
      }
      const outcome = dispatch(async (socket) => {
        socket.write(httpHead(200, { ...json, 'content-length': String(total * piece.length) }))
        for (; written < total; written++) if (!socket.write(piece)) await once(socket, 'drain')
      })
      await full.promise
      await pause(150)
      expect(written).toBeLessThan(total / 2)
      resume()
      expect((await outcome).class).toBe('ok')
      expect(received).toBe(total * piece.length)
    })

    it.each<[string, (announced: Buffer) => UpstreamScript, string]>([
      ['a reset', (head) => (socket) => socket.write(Buffer.concat([head, Buffer.from('{"da')]), () => socket.resetAndDestroy()), 'reset'],
      ['a body shorter than announced', (head) => (socket) => socket.end(Buffer.concat([head, Buffer.from('{"da')])), 'reset'],
      ['the deadline', (head) => (socket) => socket.write(Buffer.concat([head, Buffer.from('{"da')])), 'timeout'],
    ])('partial: a success cut by %s', async (_case, script, cause) => {
      const outcome = await dispatch(script(httpHead(200, { ...json, 'content-length': '999' })), { timeoutMs: 400 })
      expect(outcome).toMatchObject({ class: 'partial', cause, httpStatus: 200, requestId: 'req_1' })
      expect(sink.events).toEqual(['sent', 'begin json', 'cut'])
      expect(sink.body.toString()).toBe('{"da')
    })

    it('partial: silence inside the body', async () => {
      const script: UpstreamScript = (socket) => socket.write(httpHead(200, { ...json, 'content-length': '9' }))
      expect(await dispatch(script, { idleTimeoutMs: 60 })).toMatchObject({ class: 'partial', cause: 'idle' })
    })

    it('partial: the sink itself fails', async () => {
      const thrown = new Error('a fault of ours')
      sink.data = () => {
        throw thrown
      }
      expect(await dispatch(answering(200, json, '{}'))).toMatchObject({ class: 'partial', cause: 'reader', thrown })
      expect(sink.events).toEqual(['sent', 'begin json', 'cut'])
    })
  })
}
