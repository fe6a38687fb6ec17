import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpServer, type McpSettings } from './create-mcp-server.ts'

/** Where messages come from and go to, one a line. */
export interface MessageStreams {
  stdin: Readable
  stdout: Writable
  /** Ends it. */
  signal: AbortSignal
}

/** A data URL of the largest picture that a call may bring, and room around it. */
const LONGEST_MESSAGE = 32 * 1024 * 1024

/** Serves the tools over standard streams until the other side closes them, or it is ended. */
export async function serveOverStdio(settings: McpSettings, { stdin, stdout, signal }: MessageStreams): Promise<void> {
  const over = Promise.race([once(stdin, 'end'), once(stdin, 'close'), once(signal, 'abort')])
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: LONGEST_MESSAGE })
  const connection = serveStdio(() => createMcpServer(settings), { transport })
  if (!signal.aborted) await over
  await connection.close()
}
