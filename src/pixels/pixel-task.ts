/**
 * Work on decoded pixels that runs in a child process. It is named by the file that does it, so that whoever orders it never loads that
 * file, nor the decoders it imports.
 */
export interface PixelTask<Input, Output> {
  /** For messages: what is done, in a few words. */
  readonly name: string
  /** `file:` URL of the module that exports `run`. */
  readonly module: string
  /** Never there: it carries the types of what goes in and comes out. */
  readonly types?: (input: Input) => Output
}

/**
 * Names a task. The module exports `async function run(input: Input): Promise<Output>`, which is only ever called in a child. Input and
 * output are JSON values; pictures travel as paths, never as bytes.
 * @param module `new URL('./the-task.ts', import.meta.url).href`
 */
export function pixelTask<Input, Output>(name: string, module: string): PixelTask<Input, Output> {
  return { name, module }
}
