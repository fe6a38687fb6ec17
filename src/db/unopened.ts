/** What can be told of a database without opening one: for commands that only look for the gateway that has it. */

export { readDatabaseConfig, type SharedDatabaseConfig } from './config.ts'
export { dataFolderPaths } from './data-folder.ts'
export { findDataFolderOwner } from './data-folder-lock.ts'
