import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import type { TestGateway } from '../support/test-gateway.ts'

/** An agent's side of the protocol: the official client. */
export interface Agent {
  client: Client
  call(name: string, args: Record<string, unknown>): Promise<ToolResult>
  close(): Promise<void>
}

/** What a tool answered. */
export interface ToolResult {
  isError?: boolean
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it by name
  structuredContent: any
  content: { type: string; text?: string; data?: string; mimeType?: string; uri?: string; name?: string; size?: number }[]
}

/** Connects to the endpoint of a gateway with its key. */
export function connectAgent({ url, key }: Pick<TestGateway, 'url' | 'key'>, versionNegotiation?: object): Promise<Agent> {
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  return connectOver(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }), versionNegotiation)
}

/** Connects over any transport. */
export async function connectOver(transport: Transport, versionNegotiation?: object): Promise<Agent> {
  const client = new Client({ name: 'test-agent', version: '1.0.0' }, { ...(versionNegotiation && { versionNegotiation }) })
  await client.connect(transport)
  return {
    client,
    call: async (name, args) => (await client.callTool({ name, arguments: args })) as ToolResult,
    close: () => client.close(),
  }
}

/** The words of an answer. */
export const textOf = ({ content }: ToolResult) => content.map(({ text = '' }) => text).join('')

/** Its first preview. */
export const imageOf = ({ content }: ToolResult) => Buffer.from(content.find(({ type }) => type === 'image')!.data!, 'base64')

/** Its addresses. */
export const linksOf = ({ content }: ToolResult) =>
  content.filter(({ type }) => type === 'resource_link') as { uri: string; mimeType: string; name: string; size: number }[]
