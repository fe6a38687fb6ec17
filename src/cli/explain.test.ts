import { describe, expect, it } from 'vitest'
import { errorBody, failure } from '../contract/failure.ts'
import type { ErrorObject } from '../contract/record.ts'
import { Interrupted } from './command.ts'
import { explain } from './explain.ts'
import { RefusedError } from './gateway-client.ts'

function textOf(error: unknown, width?: number): string {
  return explain(error, { asJson: false, width }).text
}

const refusal = (status: number | null, ...[code, details]: Parameters<typeof failure>) =>
  new RefusedError(status, errorBody(failure(code, details), { requestId: 'req_1', generationId: 'gen_1' }).error as Partial<ErrorObject>)

function systemError(fields: object): Error {
  return Object.assign(new Error('the system said no'), fields)
}

describe('explain', () => {
  it('says what was refused, whether it cost money, what to do next and where that is described', () => {
    expect(textOf(refusal(400, 'invalid_size', { message: 'Invalid size.', param: 'size' }))).toBe(
      'Refused: Invalid size.\nNot charged. Change it before you send it again. (400 invalid_value size; gen_1; docs/errors.md#invalid_size)',
    )
  })

  it.each([
    ['upstream_outcome_unknown', 'Failed: ', 'Nobody knows yet whether it was charged. Somebody has to look at it.'],
    ['upstream_bad_response', 'Failed: ', 'It was charged. Somebody has to look at it.'],
    ['upstream_unreachable', 'Refused: ', 'Not charged. The same call may be sent again.'],
  ] as const)('%s is told with its money', (code, head, advice) => {
    const text = textOf(refusal(null, code))
    expect(text.startsWith(head)).toBe(true)
    expect(text.split('\n')[1]?.startsWith(advice)).toBe(true)
  })

  it('says what the advice of the API is on the command line', () => {
    const advice = 'Send the image as PNG, or x-darkroom-mask-source: convert to have it converted here.'
    expect(textOf(refusal(400, 'invalid_mask_image_format', { message: advice })).split('\n')[1]).toBe(
      'On the command line: --convert-source.',
    )
  })

  it('makes do with an answer that has no envelope', () => {
    expect(textOf(new RefusedError(502, {}))).toBe('Failed: no reason was given.\n(502)')
  })

  it.each([
    [{ code: 'EADDRINUSE', syscall: 'listen', port: 4100, address: '127.0.0.1' }, 'Port 4100 of 127.0.0.1 is taken by another program.'],
    [{ code: 'EACCES', syscall: 'listen', port: 80, address: '127.0.0.1' }, 'Port 80 may not be opened by this user.'],
    [{ code: 'EADDRNOTAVAIL', syscall: 'listen', port: 0, address: '1.2.3.4' }, 'Cannot listen on 1.2.3.4 (EADDRNOTAVAIL).'],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nowhere' }, 'Cannot listen on that host (ENOTFOUND).'],
    [{ code: 'ENOSPC', syscall: 'write' }, 'the system said no.'],
  ])('says what to change when the system refuses: %j', (fields, text) => {
    expect(textOf(systemError(fields)).startsWith(text)).toBe(true)
  })

  it('ends as a shell expects of a program that was interrupted', () => {
    expect(explain(new Interrupted(130), { asJson: false, width: undefined })).toEqual({ text: 'Interrupted.', exitCode: 130 })
  })

  it('breaks sentences to the width of a terminal and nowhere else', () => {
    const error = refusal(400, 'invalid_size')
    expect(
      textOf(error, 40)
        .split('\n')
        .filter((line) => line.length > 40),
    ).toEqual([])
    expect(textOf(error).split('\n')).toHaveLength(2)
  })
})
