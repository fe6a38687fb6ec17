import { readFile } from 'node:fs/promises'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import { CommandError } from './command.ts'

/** Reads a document from a file. The gateway judges what it says. @throws CommandError for a file that is not there or no JSON object */
export async function readPromptFile(path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.message}`)
  })
  const document = parsed(text, path)
  if (isJsonObject(document)) return document
  throw new CommandError(`${path} holds no document: expected one JSON object with at least a "purpose".`)
}

function parsed(text: string, path: string) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CommandError(`${path} is not JSON: ${(error as Error).message}`)
  }
}
