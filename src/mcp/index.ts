/** What agents are offered over the Model Context Protocol. Loaded when the first of them comes: the library takes a tenth of a second. */
export { answerMcpRequest } from './answer-mcp-request.ts'
export type { McpSettings } from './create-mcp-server.ts'
export type { CallerFiles, HeldPicture, JobPatience, PictureDesk, PictureOrder } from './picture-desk.ts'
export { serveOverStdio } from './serve-over-stdio.ts'
export { ToolFault } from './tool-fault.ts'
