import { z } from 'zod'
import type { Principal } from '../../access/index.ts'
import { Failure, failure } from '../../contract/failure.ts'
import { isoTime } from '../../primitives/clock.ts'
import { countingWrongKeys, sessionOf } from '../authenticate.ts'
import { errorReplies } from '../error-replies.ts'
import { publicRoute, type RequestContext } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { assertSameOrigin, isOnThisComputer, sessionCookieOf, sessionTokenOf, setSessionCookie } from '../session-cookie.ts'

const sessionSchema = z
  .object({
    role: z.enum(['key', 'admin']).describe('An API key sees its project, the administrator everything.'),
    project: z.object({ id: z.string(), name: z.string() }).describe('Where what is made belongs to.'),
    key_id: z.string().nullable(),
    expires_at: z.iso.datetime(),
    play_money: z.boolean().describe('True while the sandbox alone serves: calls cost nothing.'),
    version: z.string().describe('Of the gateway.'),
  })
  .meta({ id: 'BrowserSession' })

const standingSchema = z
  .object({
    session: sessionSchema.nullable().describe('Null for a browser that is not signed in.'),
    sign_in: z.enum(['allowed', 'needs_https']).describe('Over plain http, people sign in on the computer of the gateway alone.'),
  })
  .meta({ id: 'SignInStanding' })

const signInSchema = z
  .union([
    z.strictObject({ key: z.string().min(1).max(512).describe('An API key or the admin token.') }),
    z.strictObject({
      code: z.string().min(1).max(100).describe('Of the link that start-up prints; once, on the computer of the gateway.'),
    }),
  ])
  .meta({ id: 'SignIn' })

/** Whether the browser is signed in. Never refused, so that a page can ask before it shows anything. */
export const sessionRoute = publicRoute({
  method: 'GET',
  path: '/v2/session',
  tag: 'operations',
  summary: 'Who is signed in at this browser',
  replies: { 200: { description: 'The session, or how to get one.', schema: standingSchema } },
  async handle(context) {
    const { parts, request, baseUrl } = context
    const found = await sessionOf(parts, request, baseUrl).catch((error: unknown) => {
      if (error instanceof Failure && error.status < 500) return null
      throw error
    })
    return {
      session: found && (await present(context, found.principal, found.expiresAtMs)),
      sign_in: sessionCookieOf(request, baseUrl) === null ? 'needs_https' : 'allowed',
    }
  },
})

/** A key, or the code of the printed link, for a cookie that no script can read. */
export const signInRoute = publicRoute({
  method: 'POST',
  path: '/v2/session',
  tag: 'operations',
  summary: 'Sign in at a browser',
  description: 'For pages of this gateway: needs their `Origin` and the header `x-darkroom-csrf`.',
  body: { description: 'Who signs in.', schema: signInSchema },
  replies: {
    201: { description: 'The session; its cookie lasts twelve hours.', schema: sessionSchema },
    ...errorReplies(400, 401, 403, 429),
  },
  async handle(context) {
    const { parts, request, reply, baseUrl } = context
    const cookie = sessionCookieOf(request, baseUrl)
    if (cookie === null) throw failure('sign_in_needs_https')
    assertSameOrigin(request, cookie)
    const asked = readChecked(signInSchema, readJsonBody(request))
    const { principal, session } = await countingWrongKeys(parts, request, () => {
      if ('key' in asked) return parts.access.signIn(asked.key.trim())
      if (!isOnThisComputer(request)) throw failure('sign_in_code_used')
      return parts.access.signInByCode(asked.code)
    })
    return reply
      .code(201)
      .header('set-cookie', setSessionCookie(cookie, session.token.reveal()))
      .send(await present(context, principal, session.expiresAtMs))
  },
})

/** Ends the session of the browser. Whoever has none is signed out already. */
export const signOutRoute = publicRoute({
  method: 'DELETE',
  path: '/v2/session',
  tag: 'operations',
  summary: 'Sign out at a browser',
  replies: { 200: { description: 'Nobody is signed in.', schema: z.object({ signed_out: z.literal(true) }) }, ...errorReplies(403) },
  async handle({ parts, request, reply, baseUrl }) {
    const cookie = sessionCookieOf(request, baseUrl)
    const token = cookie && sessionTokenOf(request, cookie)
    if (cookie && token !== null) {
      assertSameOrigin(request, cookie)
      await parts.access.signOut(token)
      reply.header('set-cookie', setSessionCookie(cookie, null))
    }
    return { signed_out: true }
  },
})

async function present({ parts }: RequestContext, principal: Principal, expiresAtMs: number): Promise<z.infer<typeof sessionSchema>> {
  const { id, name } = await parts.access.projects.settingsOf(principal.projectId)
  return {
    role: principal.kind,
    project: { id, name },
    key_id: principal.keyId,
    expires_at: isoTime(expiresAtMs),
    play_money: parts.routes.list().every(({ kind }) => kind === 'sandbox'),
    version: parts.version,
  }
}
