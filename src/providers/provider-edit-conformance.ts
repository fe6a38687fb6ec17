import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FormReader, readForm, type WatchedInput, watchedInput } from './edit-test-kit.ts'
import type { DispatchOutcome, ProviderCall } from './image-provider.ts'
import { answering, callTo, json, type ProviderConformance, RecordingSink, refusal } from './provider-test-kit.ts'
import {
  httpAnswer,
  type ScriptedUpstream,
  startScriptedUpstream,
  type UpstreamListeners,
  type UpstreamScript,
} from './scripted-upstream.ts'

/** More than the kernel takes off a sender whose receiver does not read. */
const BEYOND_KERNEL_BYTES = 16_000_000

/**
 * The cases of every protocol that serves edits, beside those of `describeImageProvider`: inputs arrive untouched and in order, are read
 * while they are sent, and a request that did not arrive whole is never taken for one that did.
 */
export function describeEdits({ create, startUpstream = startScriptedUpstream }: ProviderConformance): void {
  describe('the inputs of an edit', () => {
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

    const editWith = (inputs: readonly WatchedInput[], options: Partial<ProviderCall> = {}): Promise<DispatchOutcome> =>
      made.provider.dispatch(callTo(`${upstream!.origin}/v1`, { operation: 'edit', inputs, ...options }), sink)

    async function dispatch(
      script: UpstreamScript,
      inputs: readonly WatchedInput[],
      options: Partial<ProviderCall> & UpstreamListeners = {},
    ): Promise<DispatchOutcome> {
      const { onHead, onBody, ...call } = options
      upstream = await startUpstream(script, { ...(onHead && { onHead }), ...(onBody && { onBody }) })
      return editWith(inputs, call)
    }

    const isClosed = ({ opened, closed }: WatchedInput) => opened === closed
    const allClosed = (inputs: readonly WatchedInput[]) => vi.waitFor(() => expect(inputs.every(isClosed)).toBe(true))

    it('arrive byte for byte and in order, with the fields of the body', async () => {
      const inputs = [
        watchedInput(200_000),
        watchedInput(Buffer.from('\r\n--\r\n--boundary--\r\n\r\nContent-Disposition: form-data; name="n"\r\n\r\n'), { format: 'webp' }),
        watchedInput(1, { format: 'jpeg' }),
        watchedInput(0),
        watchedInput(70_001, { role: 'mask', pieceBytes: 7 }),
      ]
      const body = { model: 'gpt-image-2', prompt: 'ein Café 🎨,\r\n--zwei "Zeilen"\n', n: 2, stream: false, quality: null }
      expect(await dispatch(answering(200, json, '{}'), inputs, { body })).toMatchObject({ class: 'ok' })
      const form = await readForm(upstream!.calls[0]!)
      expect(form.files.map(({ byteLength, sha256 }) => ({ byteLength, sha256 }))).toEqual(
        inputs.map(({ byteLength, sha256 }) => ({ byteLength, sha256 })),
      )
      expect(form.fields).toEqual([
        ['model', 'gpt-image-2'],
        ['prompt', body.prompt],
        ['n', '2'],
        ['stream', 'false'],
      ])
    })

    it('are announced with exactly the length that comes, so that the socket is good for the next call', async () => {
      const sockets = new Set<Socket>()
      const onHead = (socket: Socket) => sockets.add(socket)
      await dispatch(answering(200, json, '{}'), [watchedInput(100_000), watchedInput(3)], { onHead })
      // A socket is given out again a turn of the event loop after its answer.
      await pause(20)
      await editWith([watchedInput(5)])
      expect(upstream!.calls).toHaveLength(2)
      expect(sockets.size).toBe(1)
      for (const { headers, body } of upstream!.calls) {
        expect(headers['transfer-encoding']).toBeUndefined()
        expect(headers['content-length']).toBe(String(body.length))
        expect(body.subarray(-4).toString()).toBe('--\r\n')
      }
    })

    it('are opened once, when their turn comes, and closed before the next', async () => {
      const inputs = Array.from({ length: 4 }, () => watchedInput(300_000))
      const openAtOnce: number[] = []
      const onBody = () => openAtOnce.push(inputs.filter((input) => !isClosed(input)).length)
      await dispatch(answering(200, json, '{}'), inputs, { onBody })
      expect(inputs.map(({ opened, closed }) => [opened, closed])).toEqual(inputs.map(() => [1, 1]))
      expect(Math.max(...openAtOnce)).toBeLessThanOrEqual(1)
    })

    it('are read no faster than the upstream takes them: 16 of 5 MB are never in memory together', async () => {
      const inputs = Array.from({ length: 16 }, () => watchedInput(5_000_000))
      const yielded = () => inputs.reduce((sum, input) => sum + input.yieldedBytes, 0)
      let reader: FormReader | null = null
      let receiver: Socket | null = null
      const outcome = dispatch(answering(200, json, '{}'), inputs, {
        onHead(socket, { headers }) {
          reader = new FormReader(headers['content-type']!)
          receiver = socket.pause()
        },
        onBody: (piece) => reader!.write(piece),
      })
      const stalledAt = await whenStill(yielded)
      expect(stalledAt).toBeLessThan(BEYOND_KERNEL_BYTES)
      receiver!.resume()
      expect(await outcome).toMatchObject({ class: 'ok' })
      const { files } = await reader!.form()
      expect(files.map(({ sha256 }) => sha256)).toEqual(inputs.map(({ sha256 }) => sha256))
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
