import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the numbers were measured on. */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    vectors: vectorExtensions(),
    memory: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    /** How many programs wanted to run during the last minute. */
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
  }
}

function vectorExtensions() {
  try {
    const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' '))
    const known = { avx512f: 'AVX-512', avx2: 'AVX2', fma: 'FMA', sse4_2: 'SSE4.2' }
    return Object.keys(known)
      .filter((flag) => flags.has(flag))
      .map((flag) => known[flag])
  } catch {
    return []
  }
}

/**
 * Operations and bytes per second that the machine reaches at most, measured by a small C++ program.
 *
 * @returns undefined where there is no compiler
 */
export function measurePeak() {
  const folder = mkdtempSync(join(tmpdir(), 'shapewise-peak-'))
  try {
    const program = join(folder, 'peak')
    const source = fileURLToPath(new URL('peak.cpp', import.meta.url))
    const compiler = process.env.CXX ?? 'c++'
    const flags = ['-std=c++17', '-O3', '-march=native', '-ffp-contract=fast', '-pthread']
    execFileSync(compiler, [...flags, source, '-o', program], { stdio: 'ignore' })
    const { flops, bytes } = JSON.parse(execFileSync(program, [`${availableParallelism()}`], { encoding: 'utf8' }))
    return { flops, bytes }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
