import { createMcpHandler } from '@modelcontextprotocol/server'
import { createMcpServer, type McpSettings } from './create-mcp-server.ts'

/**
 * Answers one message of the Model Context Protocol over HTTP (streamable, without sessions), in its 2026 form and in those of 2025.
 * @param body the message, already read; whose tools it may use, `settings` says
 */
export function answerMcpRequest(request: Request, body: unknown, settings: McpSettings): Promise<Response> {
  return createMcpHandler(() => createMcpServer(settings)).fetch(request, { parsedBody: body })
}
