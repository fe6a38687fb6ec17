import { systemClock } from '../../src/primitives/clock.ts'
import { newId } from '../../src/primitives/ids.ts'
import type { TestGateway } from '../support/test-gateway.ts'

/** A second project can be made in the database only; its key is made as any other. */
export async function keyOfAnotherProject({ gateway }: TestGateway): Promise<string> {
  const { database, access } = gateway.parts
  const project = { id: newId('prj'), name: 'another', auto_quality: null, created_at_ms: systemClock.nowMs() }
  await database.transact([{ query: database.sql.insertInto('projects').values(project) }])
  return (await access.createKey({ projectId: project.id, name: 'stranger' })).key.reveal()
}
