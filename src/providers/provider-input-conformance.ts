import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type WatchedInput, watchedInput } from './edit-test-kit.ts'
import type { DispatchOutcome, ProviderCall } from './image-provider.ts'
import type { InputCarrier, InputReader } from './input-carriers.ts'
import { answering, callTo, json, type ProviderConformance, RecordingSink, refusal } from './provider-test-kit.ts'
import {
  httpAnswer,
  type ReceivedCall,
  type ScriptedUpstream,
  startScriptedUpstream,
  type UpstreamListeners,
  type UpstreamScript,
} from './scripted-upstream.ts'

/** More than the kernel takes off a sender whose receiver does not read. */
const BEYOND_KERNEL_BYTES = 16_000_000

/**
 * The cases of every operation that takes inputs, beside those of `describeImageProvider`: inputs arrive untouched and in order, are read
 * while they are sent, and a request that did not arrive whole is never taken for one that did.
 */
export function describeInputs({ create, startUpstream = startScriptedUpstream }: ProviderConformance, carrier: InputCarrier): void {
  describe(`the inputs of ${carrier.operation}`, () => {
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

    const callWith = (inputs: readonly WatchedInput[], options: Partial<ProviderCall> = {}): Promise<DispatchOutcome> =>
      made.provider.dispatch(callTo(`${upstream!.origin}/v1`, { ...carrier.carry(inputs), ...options }), sink)

    async function dispatch(
      script: UpstreamScript,
      inputs: readonly WatchedInput[],
      options: Partial<ProviderCall> & UpstreamListeners = {},
    ): Promise<DispatchOutcome> {
      const { onHead, onBody, ...call } = options
      upstream = await startUpstream(script, { ...(onHead && { onHead }), ...(onBody && { onBody }) })
      return callWith(inputs, call)
    }

    const announced = ({ byteLength, sha256 }: WatchedInput) => ({ byteLength, sha256 })

    function inputsOf({ headers, body }: ReceivedCall) {
      const reader = carrier.reader(headers['content-type']!)
      reader.write(body)
      return reader.inputs()
    }

    const isClosed = ({ opened, closed }: WatchedInput) => opened === closed
    const allClosed = (inputs: readonly WatchedInput[]) => vi.waitFor(() => expect(inputs.every(isClosed)).toBe(true))

    it('arrive byte for byte and in order, however they are cut into pieces', async () => {
      const inputs = [
        watchedInput(200_000),
        watchedInput(1, { format: 'jpeg' }),
        watchedInput(0, { format: 'webp' }),
        watchedInput(70_001, { pieceBytes: 7 }),
        watchedInput(10_001, { pieceBytes: 1 }),
      ]
      expect(await dispatch(answering(200, json, '{}'), inputs)).toMatchObject({ class: 'ok' })
      expect(await inputsOf(upstream!.calls[0]!)).toEqual(inputs.map(announced))
    })

    it('are announced with exactly the length that comes, so that the socket is good for the next call', async () => {
      const sockets = new Set<Socket>()
      const onHead = (socket: Socket) => sockets.add(socket)
      await dispatch(answering(200, json, '{}'), [watchedInput(100_000), watchedInput(3)], { onHead })
      // A socket is given out again a turn of the event loop after its answer.
      await pause(20)
      await callWith([watchedInput(5)])
      expect(upstream!.calls).toHaveLength(2)
      expect(sockets.size).toBe(1)
      for (const { headers, body } of upstream!.calls) {
        expect(headers['transfer-encoding']).toBeUndefined()
        expect(headers['content-length']).toBe(String(body.length))
      }
      expect(await inputsOf(upstream!.calls[1]!)).toMatchObject([{ byteLength: 5 }])
    })

    it('are opened once, when their turn comes, and closed before the next', async () => {
      const inputs = Array.from({ length: 4 }, () => watchedInput(300_000))
      const openAtOnce: number[] = []
      const onBody = () => openAtOnce.push(inputs.filter((input) => !isClosed(input)).length)
      await dispatch(answering(200, json, '{}'), inputs, { onBody })
      expect(inputs.map(({ opened, closed }) => [opened, closed])).toEqual(inputs.map(() => [1, 1]))
      expect(Math.max(...openAtOnce)).toBeLessThanOrEqual(1)
    })

    it('are read no faster than the upstream takes them: 16 of 3 MB are never in memory together', async () => {
      const inputs = Array.from({ length: 16 }, () => watchedInput(3_000_000))
      const yielded = () => inputs.reduce((sum, input) => sum + input.yieldedBytes, 0)
      let reader: InputReader | null = null
      let receiver: Socket | null = null
      const outcome = dispatch(answering(200, json, '{}'), inputs, {
        onHead(socket, { headers }) {
          reader = carrier.reader(headers['content-type']!)
          receiver = socket.pause()
        },
        onBody: (piece) => reader!.write(piece),
      })
      const stalledAt = await whenStill(yielded)
      expect(stalledAt).toBeLessThan(BEYOND_KERNEL_BYTES)
      receiver!.resume()
      expect(await outcome).toMatchObject({ class: 'ok' })
      expect(await reader!.inputs()).toEqual(inputs.map(announced))
    })

    describe('when the upstream does not take them', () => {
      const inputs = () => [watchedInput(BEYOND_KERNEL_BYTES), watchedInput(BEYOND_KERNEL_BYTES)]
      const closing = { ...json, connection: 'close' }

      it.each<[string, number, (socket: Socket, answer: Buffer) => void]>([
        ['refuses their size and reads no further', 413, (socket, answer) => socket.pause().write(answer)],
        ['refuses the key and reads no further', 401, (socket, answer) => socket.pause().write(answer)],
        ['refuses their size and closes its side', 413, (socket, answer) => socket.end(answer)],
        ['refuses the key and closes its side', 401, (socket, answer) => socket.end(answer)],
      ])('it is rejected by an upstream that %s', async (_case, status, answerEarly) => {
        const given = inputs()
        const answer = httpAnswer(status, closing, refusal('no_thanks'))
        const outcome = await dispatch(() => {}, given, { onHead: (socket) => answerEarly(socket, answer) })
        expect(outcome).toMatchObject({ class: 'rejected', httpStatus: status, error: { code: 'no_thanks' } })
        expect(sink.head).toBeNull()
        expect(upstream!.calls).toEqual([])
        await allClosed(given)
      })

      it('it is not sent when the connection breaks on the way', async () => {
        const given = inputs()
        const outcome = await dispatch(() => {}, given, { onHead: (socket) => socket.resetAndDestroy() })
        expect(outcome).toMatchObject({ class: 'not_sent', cause: 'request_cut' })
        expect(sink.events).toEqual([])
        await allClosed(given)
      })

      it('it is not sent when the deadline comes first', async () => {
        const given = inputs()
        const outcome = await dispatch(() => {}, given, { onHead: (socket) => socket.pause(), timeoutMs: 400 })
        expect(outcome).toMatchObject({ class: 'not_sent', cause: 'request_cut' })
        expect(sink.events).toEqual([])
        await allClosed(given)
      })

      it('it is not sent when it is aborted on the way', async () => {
        const given = inputs()
        const controller = new AbortController()
        const onHead = (socket: Socket) => {
          socket.pause()
          controller.abort()
        }
        const outcome = await dispatch(() => {}, given, { onHead, signal: controller.signal })
        expect(outcome).toMatchObject({ class: 'not_sent', cause: 'aborted' })
        expect(sink.events).toEqual([])
        await allClosed(given)
      })
    })

    it.each<[string, WatchedInput]>([
      ['breaks at its first byte', watchedInput(1_000, { breaksAt: 0 })],
      ['breaks half way', watchedInput(3_000_000, { breaksAt: 2_000_000 })],
      ['breaks at its last byte', watchedInput(1_000, { breaksAt: 999, pieceBytes: 1 })],
      ['is a byte shorter than announced', watchedInput(1_000, { announcedBytes: 1_001 })],
      ['is a byte longer than announced', watchedInput(1_000, { announcedBytes: 999 })],
      ['is empty but announced', watchedInput(0, { announcedBytes: 1 })],
    ])('are not sent, and nothing arrives whole, when one %s', async (_case, broken) => {
      const given = [watchedInput(500), broken, watchedInput(500)]
      expect(await dispatch(answering(200, json, '{}'), given)).toMatchObject({ class: 'not_sent', cause: 'request_cut' })
      expect(sink.events).toEqual([])
      expect(given[2]!.opened).toBe(0)
      await allClosed(given)
      await vi.waitFor(() => expect(upstream!.sockets.size).toBe(0))
      expect(upstream!.calls).toEqual([])
    })
  })
}

/** A count, once it has stopped growing. */
async function whenStill(count: () => number): Promise<number> {
  for (let before = -1; ; ) {
    const now = count()
    if (now > 0 && now === before) return now
    before = now
    await pause(100)
  }
}
