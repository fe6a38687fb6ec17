export { type AdviceContext, advise } from './advise.ts'
