import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Progress } from './progress.ts'

const terminal = (columns: number) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns })

async function firstLine(stream: PassThrough): Promise<string> {
  const [drawn] = await once(stream, 'data')
  return stripVTControlCharacters(drawn).trim()
}

describe('Progress', () => {
  it('shows on a terminal what is under way and for how long, and removes it', async () => {
    const stream = terminal(80)
    const progress = new Progress(stream, 'drawing on the built-in sandbox')
    expect(await firstLine(stream)).toMatch(/^\S drawing on the built-in sandbox … \d+\.\d s$/)
    stream.pause()
    progress[Symbol.dispose]()
    expect(String(stream.read()).endsWith('\r\x1b[K')).toBe(true)
  })

  it('draws no line that would break, since it could not be drawn over', async () => {
    const stream = terminal(20)
    using _ = new Progress(stream, 'drawing on the built-in sandbox')
    expect(await firstLine(stream)).toMatch(/^\d+\.\d s$/)
  })

  it('writes nothing where no terminal is, but what has to be said', () => {
    const stream = new PassThrough({ encoding: 'utf8' })
    const progress = new Progress(stream, 'drawing')
    progress.note('Waiting.')
    progress[Symbol.dispose]()
    expect(stream.read()).toBe('Waiting.\n')
  })
})
