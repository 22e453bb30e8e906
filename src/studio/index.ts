export type {
  Cursor,
  PageMessage,
  RecipeEntry,
  Refusal,
  RunDetails,
  RunEntry,
  RunFile,
  RunList,
  RunState,
  ServerMessage,
  Start,
  StartErrors,
} from './api.js'
export { type Studio, type StudioOptions, startStudio } from './server.js'
