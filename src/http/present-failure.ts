import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { errorBody, Failure, failure } from '../contract/failure.ts'
import { failureHeaders } from '../contract/failure-headers.ts'

/** Turns whatever was thrown while a request was handled into a catalogue failure. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  switch ((error as Partial<FastifyError>).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return failure('body_too_large', { cause: error })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return failure('unsupported_media_type', { cause: error })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return failure('invalid_body', {
        message: 'The body is not as long as its content-length says. Nothing was sent or charged.',
        cause: error,
      })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return failure('invalid_json', { cause: error })
    default:
      return failure('internal_error', { cause: error })
  }
}

/** The one place that answers failures of requests whose reply is still Fastify's. */
export function presentFailure(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asFailure(thrown)
  if (error.code === 'internal_error') request.log.error({ err: thrown }, 'request failed inside')
  if (error.status === 413) reply.header('connection', 'close')
  reply
    .code(error.status)
    .headers(failureHeaders(error))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(error, { requestId: request.id })))
}
