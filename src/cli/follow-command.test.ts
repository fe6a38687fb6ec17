import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type CommandContext, Interrupted } from './command.ts'
import { GatewayGone } from './find-gateway.ts'
import { followCommand, leave } from './follow-command.ts'
import type { GatewayClient } from './gateway-client.ts'

describe('followCommand', () => {
  it('repeats what has to be said again, as a shell reads it', () => {
    expect(followCommand(['bulk', 'follow', 'set_1'], {})).toBe('darkroom bulk follow set_1')
    expect(followCommand(['bulk', 'follow', 'set_1'], { data: "Anna's data", live: true, out: 'a.zip', replace: true })).toBe(
      "darkroom bulk follow set_1 --live --data 'Anna'\\''s data' -o a.zip --replace",
    )
  })
})

describe('leave', () => {
  const followed = { thing: 'bulk', command: 'darkroom bulk follow set_1', dataFolder: '/data' }
  const left = (error: unknown, { isOurs = false, underWay = 0, wish = new AbortController() } = {}) => {
    const stderr = new PassThrough({ encoding: 'utf8' })
    const context = { stderr, interruption: () => wish.signal } as unknown as CommandContext
    const client = { isOurs, serves: isOurs ? 'the built-in sandbox' : 'the gateway at http://here' } as GatewayClient
    return { code: leave(error, context, { client, followed, underWay }), said: stderr.read() }
  }
  const interrupted = () => {
    const wish = new AbortController()
    wish.abort(new Interrupted(130))
    return wish
  }

  it.each([
    [{}, 'The gateway at http://here goes on with the bulk; follow it again with: darkroom bulk follow set_1\n'],
    [{ isOurs: true }, 'The bulk waits in /data; go on with it: darkroom bulk follow set_1\n'],
    [
      { isOurs: true, underWay: 3 },
      'The bulk waits in /data once the calls under way, which are paid for, are finished; go on with it: darkroom bulk follow set_1\n',
    ],
  ])('says in one sentence what becomes of it after Ctrl-C: %j', (how, said) => {
    expect(left(new Error('aborted'), { ...how, wish: interrupted() })).toEqual({ code: 130, said })
  })

  it('says that it waits when the gateway of somebody else has ended', () => {
    expect(left(new GatewayGone())).toEqual({
      code: 1,
      said: 'The gateway at http://here has ended; the bulk waits in /data; go on with it: darkroom bulk follow set_1\n',
    })
  })

  it('takes no other error for leaving', () => {
    expect(() => left(new RangeError('no such thing'))).toThrow(RangeError)
  })
})
