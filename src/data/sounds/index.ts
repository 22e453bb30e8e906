export { type MelOptions, type MfccOptions, melSpectrogram, mfcc } from './mel.js'
export { type ResampleOptions, resample } from './resample.js'
export { decibels, type FrameOptions, type SpectrogramOptions, spectrogram, stft } from './spectrogram.js'
