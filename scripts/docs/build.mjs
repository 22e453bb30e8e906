// Makes docs/api; ends with an error if a public name has no sentence or a link leads nowhere, with the pages made all the same.

import { Application } from 'typedoc'
import options from './typedoc.mjs'

const app = await Application.bootstrapWithPlugins(options)
const project = await app.convert()
if (project === undefined) process.exit(1)
app.validate(project)
await app.generateOutputs(project)
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1)
