import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, readChoice, readInteger, readText, SettingError } from './settings.ts'

const bounds = { min: 0, max: 65_535 }

describe('settings', () => {
  it('names the setting, what was expected, what was found and where it is described', () => {
    expect(() => readInteger({ PORT: 'http' }, 'PORT', 4100, bounds)).toThrow(
      'PORT: expected a whole number from 0 to 65535, found "http". See docs/configuration.md#port',
    )
  })

  it('is a configuration error, which is shown without a stack', () => {
    expect(new SettingError('PORT', 'a number', 'x')).toBeInstanceOf(ConfigurationError)
  })

  it('says nothing was found when the value is empty', () => {
    expect(new SettingError('OPENAI_API_KEY', 'your key', '').message).toContain('found nothing.')
  })

  it('shows no more than the beginning of a long value', () => {
    expect(new SettingError('PORT', 'a number', 'x'.repeat(10_000)).message.length).toBeLessThan(200)
  })

  it.each(['1e3', '0x10', '-1', ' 5', '5 ', '1.5', '٣', '65536', 'NaN', '99999999999999999999'])('refuses %j as a port', (text) => {
    expect(() => readInteger({ PORT: text }, 'PORT', 4100, bounds)).toThrow(SettingError)
  })

  it('reads every whole number within the bounds and no other', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const read = () => readInteger({ PORT: String(value) }, 'PORT', 4100, bounds)
        if (value >= bounds.min && value <= bounds.max) expect(read()).toBe(value)
        else expect(read).toThrow(SettingError)
      }),
    )
  })

  it.each([undefined, ''])('takes the fallback for %j', (value) => {
    expect(readText({ HOST: value }, 'HOST', '127.0.0.1')).toBe('127.0.0.1')
    expect(readText({ HOST: value }, 'HOST', null)).toBeNull()
    expect(readInteger({ PORT: value }, 'PORT', null, bounds)).toBeNull()
    expect(readChoice({ DARKROOM_LOG: value }, 'DARKROOM_LOG', 'info', ['info', 'error'])).toBe('info')
  })

  it('lists the words it knows', () => {
    expect(readChoice({ DARKROOM_LOG: 'error' }, 'DARKROOM_LOG', 'info', ['info', 'error'])).toBe('error')
    expect(() => readChoice({ DARKROOM_LOG: 'loud' }, 'DARKROOM_LOG', 'info', ['info', 'error'])).toThrow(
      'DARKROOM_LOG: expected one of info, error, found "loud"',
    )
  })
})
