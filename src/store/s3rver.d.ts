declare module '@20minutes/s3rver' {
  import type { Server } from 'node:http'

  /** What of koa's context the tests look at. */
  interface S3Context {
    method: string
    path: string
    query: Readonly<Record<string, string | undefined>>
    headers: Readonly<Record<string, string | undefined>>
    status: number
    body: unknown
    type: string
    respond: boolean
    set(name: string, value: string): void
    req: import('node:http').IncomingMessage
    res: import('node:http').ServerResponse
  }

  /** An S3 server that keeps buckets in a folder. */
  export default class S3rver {
    constructor(options: {
      address: string
      port: number
      silent: boolean
      directory: string
      vhostBuckets: boolean
      configureBuckets: readonly { name: string }[]
    })
    middleware: ((context: S3Context, next: () => Promise<void>) => Promise<void>)[]
    httpServer: Server
    run(): Promise<{ port: number }>
    close(): Promise<void>
  }
}
