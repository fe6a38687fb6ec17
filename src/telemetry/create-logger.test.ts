import fc from 'fast-check'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type pino from 'pino'
import { describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { createLogger, type LogLevel } from './create-logger.ts'
import { logFields } from './log-fields.ts'

const canary = 'canary4d41b0b6e9'

function logged(level: LogLevel = 'trace') {
  const lines: string[] = []
  const logger = createLogger({ level, destination: { write: (line) => lines.push(line) } })
  // What reaches it from where no type is checked: other libraries, casts, mistakes.
  const untyped = logger as unknown as pino.Logger
  return { logger, untyped, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('the log', () => {
  it('writes one JSON object a line with level, time, message and the named fields', () => {
    const { logger, lines, parsed } = logged()
    logger.info(
      { generation_id: 'gen_1', total_ms: 12.5, stream: true, retry_reason: null, settled_nanos: 5_920_000n, migrations: ['a', 'b'] },
      'generation ended',
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]!.endsWith('}\n')).toBe(true)
    const [line] = parsed()
    expect(line).toMatchObject({
      level: 'info',
      msg: 'generation ended',
      generation_id: 'gen_1',
      total_ms: 12.5,
      stream: true,
      retry_reason: null,
    })
    expect(line).toMatchObject({ settled_nanos: '5920000', migrations: 'a, b', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) })
    expect(Object.keys(line!)).not.toContain('hostname')
  })

  it('drops every field that has no name on the list, and every object under one that has', () => {
    const { untyped: logger, parsed } = logged()
    logger.warn(
      { prompt: canary, headers: { authorization: canary }, body: canary, code: { inner: canary }, images: [{ b64_json: canary }], n: 1 },
      'x',
    )
    expect(parsed()).toEqual([{ level: 'warn', time: expect.any(String), n: 1, msg: 'x' }])
  })

  it('has no name for bodies, headers, prompts, keys or addresses', () => {
    expect(logFields.filter((name) => /body|header|prompt(?!_sha256)|secret|token|url|authorization|cookie/.test(name))).toEqual([])
  })

  it('respects its level', () => {
    const { logger, lines } = logged('warn')
    logger.info({}, 'quiet')
    expect(lines).toEqual([])
  })
})

describe('a canary', () => {
  const bearer = { authorization: `Bearer ${canary}` }

  it('is in no line, whichever way it was handed in, at debug level', () => {
    const { untyped: logger, lines } = logged('debug')
    const error = Object.assign(new Error(`call to https://user:${canary}@host/v1?key=${canary} with Bearer ${canary} and sk-${canary}`), {
      config: { headers: bearer },
      cause: new Error(canary),
    })
    logger.debug({ key: new Secret(canary), reason: new Secret(canary), state: bearer, prompt: canary }, 'fields')
    logger.info(bearer, 'a header object in place of fields')
    logger.info(new Secret(canary), 'a secret in place of fields')
    logger.info('interpolated %s %o', canary, bearer)
    logger.info({ n: 1 }, 'interpolated %j', bearer)
    logger.error(error)
    logger.error({ err: error }, 'failed')
    logger.error({ anything: error }, 'failed')
    logger.child({ prompt: canary, headers: bearer, generation_id: 'gen_1' }).info({}, 'from a child')
    logger.child({ state: canary }, { serializers: { state: () => ({ headers: bearer }) } }).info('from a child with serializers')
    logger.child({}, { msgPrefix: `Bearer ${canary} ` }).info('prefixed')
    logger.setBindings({ prompt: canary })
    logger.info({ toJSON: () => canary } as object, 'with a toJSON')

    expect(lines).toHaveLength(12)
    expect(lines.join('')).not.toContain(canary)
    expect(lines.join('')).toContain('gen_1')
  })

  it('is in no line of the HTTP server', async () => {
    const { untyped: logger, lines } = logged('trace')
    const logController = new LogController({ requestIdLogLabel: 'request_id' })
    const app = Fastify({ loggerInstance: logger as FastifyBaseLogger, logController })
    app.post('/v1', async (request) => {
      request.log.info({ err_name: 'X' }, 'inside')
      throw new Error(`Bearer ${canary}`)
    })
    await app.inject({ method: 'POST', url: `/v1?key=${canary}`, headers: bearer, payload: { prompt: canary } })
    await app.close()
    expect(lines.length).toBeGreaterThanOrEqual(3)
    expect(lines.join('')).not.toContain(canary)
    expect(lines.join('')).toContain('"request_id"')
  })
})

describe('texts', () => {
  it('are one line and at most 1 KB', () => {
    const { logger, parsed } = logged()
    logger.info({ reason: `a\r\n{"level":"error"}\u001b[31m\u2028b`, cause: 'x y '.repeat(1_000_000) }, 'forged\nline')
    const [line] = parsed()
    expect(line!['reason']).toBe('a {"level":"error"} [31m b')
    expect(line!['msg']).toBe('forged line')
    expect((line!['cause'] as string).length).toBe(1_024)
  })

  it('lose image data, keys and the query of an address, and keep the rest', () => {
    const { logger, parsed } = logged()
    logger.info(
      { err_message: `data ${'iVBORw0KGgo'.repeat(40)}== of sk-proj-abc12345 at http://u:p@h:1/a/b?c=d#e, 404`, sha256: 'a'.repeat(64) },
      'x',
    )
    expect(parsed()[0]).toMatchObject({ err_message: 'data [base64] of [key] at http://h:1/a/b 404', sha256: 'a'.repeat(64) })
  })

  it('of errors come apart: name, code, message and the places, without the cause', () => {
    const { logger, parsed } = logged()
    logger.error({ err: Object.assign(new TypeError('broke'), { code: 'E_BROKE', cause: 'why' }) }, 'failed')
    expect(parsed()[0]).toMatchObject({
      err_name: 'TypeError',
      err_code: 'E_BROKE',
      err_message: 'broke',
      err_stack: expect.stringContaining('create-logger.test'),
    })
    expect(Object.keys(parsed()[0]!)).not.toContain('err')
  })

  it('never break a line or its JSON, whatever they hold', () => {
    const { logger, lines, parsed } = logged()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, name) => {
        lines.length = 0
        logger.info({ reason: value, [name]: value }, value)
        expect(lines).toHaveLength(1)
        expect(lines[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
        const names = Object.keys(parsed()[0]!)
        expect(names.filter((key) => !['level', 'time', 'msg', ...logFields].includes(key))).toEqual([])
      }),
    )
  })
})
