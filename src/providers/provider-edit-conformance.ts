import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readForm, watchedInput } from './edit-test-kit.ts'
import { formCarrier } from './input-carriers.ts'
import { describeInputs } from './provider-input-conformance.ts'
import { answering, callTo, json, type ProviderConformance, RecordingSink } from './provider-test-kit.ts'
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts'

/** The cases of every protocol that serves edits. */
export function describeEdits(conformance: ProviderConformance): void {
  const { create, startUpstream = startScriptedUpstream } = conformance
  describeInputs(conformance, formCarrier)

  describe('the form of an edit', () => {
    let made: ReturnType<ProviderConformance['create']>
    let upstream: ScriptedUpstream

    beforeEach(async () => {
      made = create()
      upstream = await startUpstream(answering(200, json, '{}'))
    })

    afterEach(async () => {
      await made.close()
      await upstream.close()
    })

    it('carries inputs that look like its own frame, with the fields of the body', async () => {
      const inputs = [
        watchedInput(Buffer.from('\r\n--\r\n--boundary--\r\n\r\nContent-Disposition: form-data; name="n"\r\n\r\n'), { format: 'webp' }),
        watchedInput(70_001, { role: 'mask' }),
      ]
      const body = { model: 'gpt-image-2', prompt: 'ein Café 🎨,\r\n--zwei "Zeilen"\n', n: 2, stream: false, quality: null }
      const call = callTo(`${upstream.origin}/v1`, { operation: 'edit', inputs, body })
      expect(await made.provider.dispatch(call, new RecordingSink())).toMatchObject({ class: 'ok' })
      const form = await readForm(upstream.calls[0]!)
      expect(form.files.map(({ sha256 }) => sha256)).toEqual(inputs.map(({ sha256 }) => sha256))
      expect(form.fields).toEqual([
        ['model', 'gpt-image-2'],
        ['prompt', body.prompt],
        ['n', '2'],
        ['stream', 'false'],
      ])
    })
  })
}
