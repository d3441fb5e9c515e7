/** The packed package makes a machine ready by itself: libtorch found or brought, the addon compiled where it lies. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/cli.js'
import { Project } from './support/packed.js'
import { drawPictures } from './support/pictures.js'

test('set-up in a project that has the package compiles the addon, and it trains', async () => {
  const folder = temporaryFolder()
  await drawPictures(join(folder, 'pictures'), 40)
  const project = new Project(folder, 15 * 60_000)
  const selfsame = (...words: string[]) => project.run('npx', '--no', 'selfsame', ...words)
  expect(selfsame('setup')).toMatchObject({ code: 0 })
  expect(selfsame('setup', '--check').stdout).toBe('Nothing to do: all is there.\n')
  const words = ['--epochs', '4', '--size', '16', '--batch', '8', '--json']
  const trained = selfsame('train', 'pictures', '--run', 'run', ...words)
  expect(JSON.parse(trained.stdout)).toMatchObject({ status: 'finished', steps: 20 })
})
