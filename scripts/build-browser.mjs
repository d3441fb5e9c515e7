// Writes dist/browser/selfsame.js, which browsers load as it is.
import { bundleForBrowsers } from './lib/browser-module.mjs'

const { imports } = await bundleForBrowsers({ write: true })
if (imports.length > 0) {
  console.error(`src/use/browser imports what browsers do not have: ${imports.join(', ')}`)
  process.exitCode = 1
}
