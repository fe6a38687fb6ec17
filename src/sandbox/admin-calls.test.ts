import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { post, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

describe('the admin calls', () => {
  const admin = (method: string, path: string, body?: unknown) =>
    fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })

  test('arm, list and clear faults without a key', async () => {
    const armed = await admin('POST', 'faults', { match: { prompt: 'fox', nth: 2 }, fault: 'status=503', times: 1 })
    expect([armed.status, await armed.json()]).toMatchObject([201, { match: { prompt: 'fox', nth: 2 }, remaining: 1 }])
    expect(await (await admin('GET', 'faults')).json()).toMatchObject({ faults: [{ fault: 'status=503' }] })
    const statuses = [await post(sandbox, { prompt: 'a fox' }), await post(sandbox), await post(sandbox, { prompt: 'the fox' })]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 503])
    await admin('POST', 'faults', { fault: 'html', times: null })
    expect(await (await admin('DELETE', 'faults')).json()).toEqual({ cleared: 1 })
    expect((await post(sandbox)).status).toBe(200)
  })

  test.each([
    {},
    { fault: 7 },
    { fault: 'nonsense' },
    { fault: 'html', times: 0 },
    { fault: 'html', time: 3 },
    { fault: 'html', match: { promt: 'x' } },
    { fault: 'html', match: [] },
  ])('refuse to arm %j', async (order) => {
    const response = await admin('POST', 'faults', order)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'sandbox_bad_fault_order' } })
  })

  test('refuse a form, which a foreign web page could send', async () => {
    const response = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: '{"fault":"html"}' })
    expect(response.status).toBe(400)
  })

  test('show the invoice and the calls', async () => {
    await post(sandbox, {}, { 'x-client-request-id': 'att_seen', authorization: 'Bearer sk-very-secret' })
    const invoice = await (await admin('GET', 'invoice')).json()
    const { calls, nanos } = sandbox.invoice.totals()
    expect(invoice).toMatchObject({ calls, nanos: String(nanos), usd: expect.stringMatching(/^\d+\.\d+$/) })
    const text = await (await admin('GET', 'calls')).text()
    expect(JSON.parse(text)).toMatchObject({ posts: sandbox.calls.posts(), by_client_request_id: { att_seen: 1 } })
    expect(text).not.toContain('sk-very-secret')
  })
})
