// Draws who imports whom as docs/house.md: dependency-cruiser's own drawing, a box a folder of src/ with its lines of code.
import { writeFileSync } from 'node:fs'
import { filesUnder, textOf } from './lib/files.mjs'
import { inRoot, root } from './lib/paths.mjs'
import { attempt } from './lib/step.mjs'

const written = (path) => path.endsWith('.ts') && !/\.test\.ts$|\.gen\.ts$|\/testing\//.test(path)

const { code, output } = await attempt(
  inRoot('node_modules/.bin/depcruise'),
  [
    'src',
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'mermaid'],
    ...['--include-only', '^src/[a-z]+/', '--exclude', '[.]test[.]ts$|testing', '--collapse', '^src/[^/]+'],
  ],
  { cwd: root },
)
if (code !== 0) throw new Error(output)
const drawing = output.trim().replace(/\["(\w+)"\]/g, (box, folder) => {
  if (folder === 'src') return box
  const lines = filesUnder(inRoot('src', folder), written).flatMap((path) =>
    textOf(path).split('\n').slice(1),
  )
  return `["${folder}: ${lines.length.toLocaleString('en')}"]`
})
writeFileSync(
  inRoot('docs/house.md'),
  `# Who imports whom

The folders of \`src/\` with their lines of TypeScript, tests and generated code apart; an arrow is an import. Made by \`npm run draw\`.
What is allowed is the table in \`.dependency-cruiser.cjs\`; why it is so, [decision 20](decisions/0020-three-doors.md).

\`\`\`mermaid
${drawing}
\`\`\`
`,
)
