import { describe, expect, it } from 'vitest'
import { Failure } from '../contract/failure.ts'
import { ConfigurationError } from '../primitives/settings.ts'
import { officialRoute, type RouteContract, RouteTable, routeFromRow, routeSchema } from './index.ts'

function route(id: string, changes: object = {}): RouteContract {
  return routeFromRow(routeSchema.parse({ id, owner: id, kind: 'wrapper', base_url: 'https://wrapper.example/v1', ...changes }), {})
}

function refusalOf(choose: () => unknown): Failure {
  try {
    choose()
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('expected a failure')
}

const openAi = officialRoute('sk-live')

describe('RouteTable', () => {
  it('asks the official route first and keeps the order of the file for the rest', () => {
    const table = new RouteTable([route('b'), route('a'), openAi, route('c')])
    expect(table.list().map((each) => each.id)).toEqual(['openai', 'b', 'a', 'c'])
  })

  it('keeps the order of the file for those who ask for it', () => {
    const table = new RouteTable([route('b'), openAi, route('a')])
    expect(table.listed().map((each) => each.id)).toEqual(['b', 'openai', 'a'])
  })

  it('refuses a name it does not know, says which it knows, and blames the header', () => {
    expect(refusalOf(() => new RouteTable([openAi, route('acme')]).named('gpt-image-2', 'acmee'))).toMatchObject({
      code: 'no_route',
      status: 400,
      param: 'x-darkroom-route',
      message: "There is no route 'acmee'. Nothing was sent or charged. Configured routes: openai, acme.",
    })
  })

  it('says so when nothing is configured', () => {
    expect(refusalOf(() => new RouteTable([]).named('gpt-image-2', 'acme')).message).toContain('Configured routes: none.')
  })

  it('sends a mapped model under its other name and any other as asked', () => {
    const table = new RouteTable([route('acme', { models: { 'gpt-image-2': 'acme/gpt-image-2' } })])
    expect(table.named('gpt-image-2', 'acme').modelSent).toBe('acme/gpt-image-2')
    expect(table.named('gpt-image-1.5', 'acme').modelSent).toBe('gpt-image-1.5')
  })

  it.each(['constructor', '__proto__', 'toString'])('takes %s for a model nobody mapped', (model) => {
    expect(new RouteTable([route('acme')]).named(model, 'acme').modelSent).toBe(model)
  })

  it('refuses two routes of one id', () => {
    const twice = () => new RouteTable([route('acme'), openAi, route('acme')])
    expect(twice).toThrow(ConfigurationError)
    expect(twice).toThrow('found acme twice')
  })
})
