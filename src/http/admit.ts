import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../access/index.ts'
import type { AdmissionKind, Admitted } from '../admission/index.ts'
import { Failure } from '../contract/failure.ts'
import type { GatewayParts } from '../flows/gateway-parts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    admitted?: Admitted
  }
}

/** How long a caller that was refused may go on sending its body, so that it reads the refusal and not a broken connection. */
const LINGER_MS = 2000
/** Bodies up to this are read and dropped: the connection is worth more. */
const SMALL_BODY_BYTES = 1_048_576

/**
 * Lets a request in, before its body is read. The place is given back with the end of its handling, or with its connection where the handler
 * is never reached.
 * @throws Failure `overloaded` or `shutting_down`; nothing was read then, and nothing is held
 */
export async function admit(
  parts: GatewayParts,
  { request, reply, principal, kind }: { request: FastifyRequest; reply: FastifyReply; principal: Principal; kind: AdmissionKind },
): Promise<void> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  reply.raw.once('close', leave)
  try {
    parts.running.assertOpen()
    const weight = await weightOf(parts, principal.projectId)
    const admitted = await parts.admission.enter(
      { projectId: principal.projectId, weight, kind, bodyBytes: lengthOf(request) },
      gone.signal,
    )
    request.admitted = admitted
    reply.raw.once('close', () => {
      if (!request.isHandled) admitted.end()
    })
    // Who waited at the door while it was closed does not come in any more.
    parts.running.assertOpen()
  } catch (error) {
    lingerThenClose(request, reply)
    if (error instanceof Failure) parts.metrics.doorRefused(error.code)
    throw error
  } finally {
    reply.raw.off('close', leave)
  }
}

async function weightOf({ access, weights }: GatewayParts, projectId: string): Promise<number> {
  if (weights.size === 0) return 1
  const { name } = await access.projects.settingsOf(projectId)
  return weights.get(name) ?? 1
}

function lengthOf({ headers }: FastifyRequest): number | null {
  const length = headers['content-length']
  if (length !== undefined) return Number(length)
  return headers['transfer-encoding'] === undefined ? 0 : null
}

function lingerThenClose({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  const length = Number(headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : Number.POSITIVE_INFINITY))
  if (length <= SMALL_BODY_BYTES) return
  reply.raw.once('finish', () => {
    setTimeout(() => {
      if (!raw.complete) raw.socket.destroy()
    }, LINGER_MS).unref()
  })
}
