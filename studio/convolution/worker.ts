import { expose } from 'comlink'
import { loadWasmBackend } from 'shapewise'
import { applyStages, type Grey } from './lab'
import type { Stage } from './stage'

const ready = loadWasmBackend({ threads: 1 })

const service = {
  apply: async (picture: Grey, stages: readonly Stage[]) => {
    await ready
    return applyStages(picture, stages)
  },
}

export type ConvolutionService = typeof service

expose(service)
