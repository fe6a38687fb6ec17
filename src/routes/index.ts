export { MissingKeyError, officialRoute, type RouteRow, routeFromRow, routeSchema, sandboxRoute } from './config.ts'
export { frozenContract, type RouteContract, type RouteGrade, type RouteKind, type RouteTerms } from './route-contract.ts'
export { type RouteChoice, RouteTable } from './route-table.ts'
