import { expect, test } from 'vitest'
import { betterKernels } from './openblas.js'

const AVX512 = 'avx512f avx512dq avx512cd avx512bw avx512vl'
const cpu = (vendor: string, flags: string) =>
  `processor\t: 0\nvendor_id\t: ${vendor}\nmodel name\t: x\nflags\t\t: fpu avx2 ${flags} avx512_bf16\nbugs\t\t:\n`

test.each([
  ['AuthenticAMD', AVX512, 'SkylakeX'],
  // these OpenBLAS knows
  ['GenuineIntel', AVX512, undefined],
  ['AuthenticAMD', '', undefined],
  ['AuthenticAMD', AVX512.replace('avx512vl', ''), undefined],
])('%s with %s is given the kernels %s', (vendor, flags, kernels) => {
  expect(betterKernels(cpu(vendor, flags))).toBe(kernels)
})

test('a machine that says nothing is left alone', () => {
  expect(betterKernels('')).toBeUndefined()
})
