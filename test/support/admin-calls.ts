import type { BudgetReply, ProjectReply } from '../../src/contract/record.ts'
import { type SeenReply, seeReply } from './generation-calls.ts'
import type { TestGateway } from './test-gateway.ts'

/** A call with the admin token, or with another credential, and its JSON. */
export async function callAs<Answer = unknown>(
  gateway: TestGateway,
  credential: string,
  method: string,
  path: string,
  body?: object,
): Promise<SeenReply & { json: Answer }> {
  const seen = await seeReply(
    fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
  return { ...seen, json: JSON.parse(seen.text) as Answer }
}

/** A project with a key of its own. */
export async function makeProject(
  gateway: TestGateway,
  name: string,
  settings: object = {},
): Promise<{ project: ProjectReply; key: string; keyId: string }> {
  const project = await callAs<ProjectReply>(gateway, gateway.adminToken, 'POST', '/v2/projects', { name, settings })
  if (project.status !== 201) throw new Error(`expected a project, found ${project.text}`)
  return { project: project.json, ...(await makeKey(gateway, project.json.id)) }
}

/** One more key of a project. */
export async function makeKey(gateway: TestGateway, projectId: string): Promise<{ key: string; keyId: string }> {
  const made = await callAs<{ id: string; key: string }>(gateway, gateway.adminToken, 'POST', '/v2/keys', {
    name: 'k',
    project_id: projectId,
  })
  return { key: made.json.key, keyId: made.json.id }
}

/** A budget. */
export async function makeBudget(gateway: TestGateway, budget: object): Promise<BudgetReply> {
  const made = await callAs<BudgetReply>(gateway, gateway.adminToken, 'POST', '/v2/budgets', {
    name: 'pocket money',
    period: 'total',
    ...budget,
  })
  if (made.status !== 201) throw new Error(`expected a budget, found ${made.text}`)
  return made.json
}

/** A budget as it stands. */
export async function readBudget(gateway: TestGateway, id: string): Promise<BudgetReply> {
  return (await callAs<BudgetReply>(gateway, gateway.adminToken, 'GET', `/v2/budgets/${id}`)).json
}
