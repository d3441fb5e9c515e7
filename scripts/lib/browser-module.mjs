// src/use/browser as one ES module, dist/browser/selfsame.js, that imports nothing: browsers load it as it is.
import { rolldown } from 'rolldown'
import { inRoot } from './paths.mjs'

/** Bundles, and gives the text with what it imports; `write` puts it into dist/. */
export async function bundleForBrowsers({ write = false, minify = true } = {}) {
  const bundle = await rolldown({
    input: inRoot('src/use/browser/index.ts'),
    platform: 'browser',
    // what it is not told is left as an import, which is then found
    logLevel: 'silent',
    tsconfig: false,
  })
  const where = { format: 'es', minify, file: inRoot('dist/browser/selfsame.js') }
  const { output } = await (write ? bundle.write(where) : bundle.generate(where))
  await bundle.close()
  const [{ code, imports, dynamicImports, moduleIds }, ...others] = output
  return {
    code,
    imports: [...imports, ...dynamicImports, ...others.map(({ fileName }) => fileName)],
    moduleIds,
  }
}
