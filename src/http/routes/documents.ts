import { publicRoute } from '../http-route.ts'
import { errorsPage } from '../pages/errors-page.ts'
import { pageStyles } from '../pages/page.ts'
import { welcomePage } from '../pages/welcome-page.ts'
import { pageHeaders } from '../security-headers.ts'
import { sendStudioPage } from '../serve-studio.ts'

const htmlReply: Record<number, { description: string; contentType: string }> = {
  200: { description: 'A page.', contentType: 'text/html' },
}

/** The gateway's address in a browser: the studio, or where that is not built, a page that says where to go. */
export const welcomeRoute = publicRoute({
  method: 'GET',
  path: '/',
  tag: 'operations',
  summary: 'The studio',
  replies: htmlReply,
  async handle({ request, reply, parts, baseUrl, studio }) {
    if (await sendStudioPage(studio, request, reply)) return reply
    const routes = parts.routes.list().map((route) => ({ ...route, grade: parts.standings.of(route, parts.clock.nowMs()).grade }))
    return reply.headers(pageHeaders).type('text/html; charset=utf-8').send(welcomePage(baseUrl, routes))
  },
})

/** The error catalogue in a browser. */
export const errorsRoute = publicRoute({
  method: 'GET',
  path: '/docs/errors',
  tag: 'operations',
  summary: 'Every error: what happened, did it cost money, what to do next',
  replies: htmlReply,
  handle: ({ reply }) => reply.headers(pageHeaders).type('text/html; charset=utf-8').send(errorsPage()),
})

/** Styles of the pages. */
export const stylesRoute = publicRoute({
  method: 'GET',
  path: '/assets/page.css',
  tag: 'operations',
  summary: 'Styles of the pages',
  replies: { 200: { description: 'Styles.', contentType: 'text/css' } },
  handle: ({ reply }) => reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=3600').send(pageStyles),
})
