import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
let gateway: TestGateway
beforeAll(async () => { gateway = await startTestGateway() })
afterAll(() => gateway.close())
const submit = (body: object, init: RequestInit = {}) => gateway.fetch('/v2/images/generate', { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...(init.headers as object) } })
describe('jobs', () => {
  it('try', async () => {
    const r = await submit({ prompt: 'a fox', model: 'gpt-image-2', gptImage2Params: { quality: 'low' } })
    const j = await r.json() as any
    console.log(r.status, j)
    const ev = await gateway.fetch(`/v2/jobs/${j.jobId}/events`)
    console.log(await ev.text())
    const g = await (await gateway.fetch(`/v2/jobs/${j.jobId}`)).json() as any
    console.log(g)
    const img = await fetch(g.result)
    console.log(img.status, img.headers.get('content-type'), (await img.arrayBuffer()).byteLength)
    const t = await gateway.fetch('/v1/images/generations?async=true', { method: 'POST', body: JSON.stringify({model:'gpt-image-2', prompt:'x', quality:'low'}), headers: {'content-type':'application/json'} })
    console.log(t.status, await t.json())
    console.log(await (await gateway.fetch('/v2/jobs')).json())
  })
})
