import { Buffer } from 'node:buffer'

/** Where and as whom a target is called. */
export interface Target {
  port: number
  headers: Readonly<Record<string, string>>
}

/** The bytes of one image call over HTTP/1.1. Its number stands in the prompt, so that upstream can tell which call it is. */
export function imageCall(target: Target, side: number, callNumber: number): Buffer {
  const body = JSON.stringify({ model: 'gpt-image-2', prompt: `bench call ${callNumber}.`, size: `${side}x${side}`, quality: 'low' })
  const headers = { host: `127.0.0.1:${target.port}`, 'content-type': 'application/json', 'content-length': body.length, ...target.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST /v1/images/generations HTTP/1.1\r\n${lines.join('')}\r\n${body}`, 'latin1')
}

/** The number of a call, from its request; NaN when it has none. */
export function callNumberOf(request: string): number {
  return Number(/bench call (\d+)\./.exec(request)?.[1] ?? Number.NaN)
}
