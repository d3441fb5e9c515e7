import { expect, test } from 'vitest'
import { begunAgain, begunWith, clickedBy, closedInstead } from './commands.js'

const record = (command: string[], config?: string) => ({
  command,
  data: '../pictures',
  path: '/home/me/pictures',
  ...(config !== undefined && { config }),
})

test('how a run was begun has whole paths, whatever stands around them', () => {
  expect(begunWith(record(['quickstart', '../pictures']))).toBe('npx selfsame quickstart /home/me/pictures')
  const words = ['train', '--json', '../pictures', '--config', 'mine.ts', '--run', '../pictures']
  expect(begunWith(record(words, '/home/me/mine.ts'))).toBe(
    'npx selfsame train --json /home/me/pictures --config /home/me/mine.ts --run ../pictures',
  )
  expect(begunWith({ command: ['train', 'cifar10'], data: 'cifar10' })).toBe('npx selfsame train cifar10')
})

test('a longer run is the same one but for its length and its folder', () => {
  const words = ['train', '../pictures', '--run', 'runs/mine', '--epochs=160', '--lr', '0.1', '--json']
  expect(begunAgain('runs/mine', record(words), 320, 'byol')).toBe(
    'npx selfsame train /home/me/pictures --lr 0.1 --epochs 320 --run runs/mine-320-epochs',
  )
  // npm start names no pictures where they are Fashion-MNIST
  const started = { command: ['quickstart', '--minutes', '1'], data: 'fashion-mnist' }
  expect(begunAgain('runs/a-8-epochs/', started, 16, 'smt-distilled')).toBe(
    'npx selfsame train fashion-mnist --method smt-distilled --epochs 16 --run runs/a-16-epochs',
  )
})

test('the closed form of the same pictures is asked for as they were read, into a folder beside the run', () => {
  expect(closedInstead('runs/mine-320-epochs/', { data: 'cifar10' })).toBe(
    'npx selfsame train cifar10 --method smt --run runs/mine-smt',
  )
  const pictures = { data: '../pictures', path: '/home/me/my pictures', followLinks: true, badShare: 0.4 }
  expect(closedInstead('run', pictures)).toBe(
    "npx selfsame train '/home/me/my pictures' --method smt --follow-links --bad-share 0.4 --run run-smt",
  )
})

test('what takes in what eyes have chosen has the pictures, where those are not the run’s own', () => {
  expect(clickedBy('runs/my own')).toBe("npx selfsame evaluate 'runs/my own' --clicked")
  expect(clickedBy('runs/a', 'others')).toBe('npx selfsame evaluate runs/a --data others --clicked')
})
