import type { TestGateway } from '../support/test-gateway.ts'

/** The key of a second project. */
export async function keyOfAnotherProject({ gateway }: TestGateway): Promise<string> {
  const { access } = gateway.parts
  const project = await access.projects.create({ name: 'another' })
  return (await access.createKey({ projectId: project.id, name: 'stranger' })).key.reveal()
}
