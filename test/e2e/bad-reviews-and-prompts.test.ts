import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Handoff, Prompt, ReviewReply } from '../../src/contract/record.ts'
import { callAs } from '../support/admin-calls.ts'
import { settledGuard } from '../support/edit-calls.ts'
import { postGeneration, readRecord, type SeenReply, seeReply } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { allYes, approve, pictureOf, type ReviewedProject, reviewedProject, reviewOf } from '../support/review-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { onePixel } from '../support/two-tenants.ts'

const clock = movedClock()
let gateway: TestGateway
/** A project in which every picture is looked at. */
let team: ReviewedProject
beforeAll(async () => {
  gateway = await startTestGateway({ clock, leavesJudging: false })
  team = await reviewedProject(gateway, { review: { sample_percent: 100 } })
})
afterAll(() => gateway.close())

type Answer = [number, string | null | undefined]
const asked = async (on: Pick<TestGateway, 'fetch'>, path: string, body: object): Promise<SeenReply> =>
  seeReply(on.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }))
const answer = ({ status, error }: Pick<SeenReply, 'status' | 'error'>): Answer => [status, error?.code]
const refusal = async (...call: Parameters<typeof asked>) => answer(await asked(...call))
const asAdmin = (method: string, path: string, body: object) => callAs(gateway, gateway.adminToken, method, path, body)

async function waiting(on: ReviewedProject = team, change: object = {}): Promise<ReviewReply> {
  const { images } = await pictureOf(on.maker, change)
  return (await reviewOf(on.first, images[0]!.id))!
}
const approval = (review: ReviewReply) => ({ decision: 'approved', why: 'as asked', answers: allYes(review) })
const decide = (on: TestGateway, { id }: ReviewReply, body: object) => refusal(on, `/v2/reviews/${id}/decision`, body)

describe('what is wrong about a review', () => {
  it.each<[string, string, Answer, () => Promise<Answer>]>([
    [
      'B132',
      'deciding twice',
      [409, 'review_decided'],
      async () => {
        const review = await waiting()
        await approve(team.first, review)
        return decide(team.second, review, { decision: 'rejected', why: 'after all' })
      },
    ],
    [
      'B133',
      'approving what one asked for',
      [403, 'review_own_submission'],
      async () => {
        const review = await waiting()
        return decide(team.maker, review, approval(review))
      },
    ],
    [
      'B134',
      'approving a deleted picture',
      [410, 'image_deleted'],
      async () => {
        const review = await waiting()
        await team.maker.fetch(`/v2/images/${review.image.id}`, { method: 'DELETE' })
        return decide(team.first, review, approval(review))
      },
    ],
    [
      'B135',
      'a member that a decision has not',
      [400, 'unknown_parameter'],
      async () => {
        const review = await waiting()
        return decide(team.first, review, { ...approval(review), verdict: 'fine' })
      },
    ],
    [
      'B136',
      'deciding as a key that the project does not name',
      [403, 'not_a_reviewer'],
      async () => {
        const narrow = await reviewedProject(gateway)
        const settings = { review: { sample_percent: 100, reviewers: [narrow.keyIds.first] } }
        await asAdmin('PATCH', `/v2/projects/${narrow.projectId}`, { settings })
        const review = await waiting(narrow)
        return decide(narrow.second, review, approval(review))
      },
    ],
    [
      'B137',
      'approving with questions of the checklist left open',
      [400, 'checklist_incomplete'],
      async () => {
        const review = await waiting()
        const { rights: _, ...rest } = allYes(review)
        return decide(team.first, review, { ...approval(review), answers: rest })
      },
    ],
    [
      'B138',
      'deciding what somebody else has claimed',
      [409, 'review_claimed'],
      async () => {
        const review = await waiting()
        await asked(team.first, `/v2/reviews/${review.id}/claim`, {})
        return decide(team.second, review, { decision: 'rejected', why: 'blurred' })
      },
    ],
    [
      'B139',
      'being both of the two that are wanted',
      [403, 'review_same_person'],
      async () => {
        const pair = await reviewedProject(gateway, { review: { sample_percent: 100, two_persons: true } })
        const review = await waiting(pair)
        await approve(pair.first, review)
        return decide(pair.first, review, approval(review))
      },
    ],
    [
      'B140',
      'approving a text that was not opened at full size',
      [409, 'full_size_unread'],
      async () => {
        const review = await waiting(team, { darkroom: { texts: [{ text: 'SANDBOX', lang: 'tlh' }] } })
        return decide(team.first, review, approval(review))
      },
    ],
    [
      'B141',
      'publishing what nobody has approved',
      [409, 'review_not_approved'],
      async () => refusal(team.maker, `/v2/images/${(await waiting()).image.id}/publish`, {}),
    ],
  ])('%s %s', async (_id, _what, expected, ask) => {
    expect(await ask()).toEqual(expected)
  })
})

const poster = { purpose: 'Poster for {{town}}', variables: [{ name: 'town' }] }
async function stored(): Promise<{ id: string }> {
  const { text } = await asked(gateway, '/v2/prompts', { name: 'poster', document: poster })
  return JSON.parse(text) as Prompt
}
const call = (prompt: object, change: object = {}) =>
  refusal(gateway, '/v1/images/generations', { model: 'gpt-image-2', size: '1024x640', ...change, darkroom: { prompt } })

describe('what is wrong about a stored prompt', () => {
  it.each<[string, string, Answer, () => Promise<Answer>]>([
    [
      'B142',
      'a document with a member that documents have not',
      [400, 'unknown_parameter'],
      () => refusal(gateway, '/v2/prompts', { name: 'wrong', document: { ...poster, requirments: [] } }),
    ],
    ['B143', 'a variable that is missing', [400, 'missing_prompt_variable'], async () => call({ id: (await stored()).id, variables: {} })],
    [
      'B144',
      'a variable that nobody declared',
      [400, 'unknown_prompt_variable'],
      async () => call({ id: (await stored()).id, variables: { town: 'Nara', tone: 'soft' } }),
    ],
    [
      'B145',
      'words beside the prompt that is named',
      [400, 'invalid_value'],
      async () => call({ id: (await stored()).id, variables: { town: 'Nara' } }, { prompt: 'a fox' }),
    ],
    [
      'B146',
      'a next version of what somebody has changed meanwhile',
      [409, 'prompt_version_conflict'],
      async () => {
        const { id } = await stored()
        const next = (purpose: string) =>
          gateway.fetch(`/v2/prompts/${id}/versions`, {
            method: 'POST',
            body: JSON.stringify({ document: { purpose } }),
            headers: { 'content-type': 'application/json', 'if-match': '"1"' },
          })
        await next('one')
        return answer(await seeReply(next('two')))
      },
    ],
    [
      'B147',
      'a prompt that is archived',
      [409, 'prompt_archived'],
      async () => {
        const { id } = await stored()
        await asked(gateway, `/v2/prompts/${id}/archive`, {})
        return call({ id, variables: { town: 'Nara' } })
      },
    ],
  ])('%s %s', async (_id, _what, expected, ask) => {
    expect(await ask()).toEqual(expected)
  })
})

const texts = (many: number, change: object = {}) => Array.from({ length: many }, () => ({ text: 'SALE', lang: 'en', ...change }))
const declaring = (darkroom: object) =>
  refusal(gateway, '/v1/images/generations', { model: 'gpt-image-2', prompt: 'x', size: '1024x640', darkroom })

describe('what is wrong about what the guard is to look at', () => {
  it.each<[string, string, Answer, () => Promise<Answer>]>([
    [
      'B148',
      'a box that reaches out of the picture',
      [400, 'invalid_value'],
      () => declaring({ texts: texts(1, { box: { x: 1000, y: 0, width: 25, height: 10 } }) }),
    ],
    ['B149', 'ten thousand texts', [400, 'invalid_value'], () => declaring({ texts: texts(10_000) })],
    ['B150', 'a box of nothing', [400, 'invalid_value'], () => declaring({ subject: { x: 0, y: 0, width: 0, height: 10 } })],
  ])('%s %s', async (_id, _what, expected, ask) => {
    expect(await ask()).toEqual(expected)
  })

  it('B151 a language without data is served, and left to people', async () => {
    const { status, generationId } = await seeReply(postGeneration(gateway, { darkroom: { texts: texts(1, { lang: 'tlh' }) } }))
    const [image] = (await readRecord(gateway, generationId!)).images
    const guard = await settledGuard(gateway, image!.id)
    expect([status, guard.overall, guard.text!.texts[0]!.reason]).toEqual([200, 'needs_human', 'no_data'])
  })
})

async function ticket(change: object = {}): Promise<string> {
  const { text } = await asked(gateway, '/v2/handoffs', { prompt: 'A sign', ...change })
  return (JSON.parse(text) as Handoff).id
}
async function upload(id: string): Promise<Answer> {
  const form = new FormData()
  form.append('image', new Blob([new Uint8Array(onePixel)], { type: 'image/png' }), 'sign.png')
  return answer(await seeReply(gateway.fetch(`/v2/handoffs/${id}/result`, { method: 'POST', body: form })))
}

describe('what is wrong about work by hand and walks', () => {
  it.each<[string, string, Answer, () => Promise<Answer>]>([
    [
      'B152',
      'a second picture for a ticket',
      [409, 'handoff_closed'],
      async () => {
        const id = await ticket()
        await upload(id)
        return upload(id)
      },
    ],
    [
      'B153',
      'a picture for a ticket whose time is over',
      [410, 'handoff_expired'],
      async () => {
        const id = await ticket({ expires_in_hours: 1 })
        clock.move(3_600_000)
        return upload(id)
      },
    ],
    [
      'B154',
      'a budget that does not cover the five steps',
      [400, 'invalid_value'],
      async () => answer(await asAdmin('POST', '/v2/rollouts', { route: 'sandbox', max_cost_usd: '0.1', budget_usd: '0.01' })),
    ],
  ])('%s %s', async (_id, _what, expected, ask) => {
    expect(await ask()).toEqual(expected)
  })
})
