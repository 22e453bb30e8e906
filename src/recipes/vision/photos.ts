import type { Tensor } from 'shapewise'
import { decodeImage, type ImageOptions, pictures } from 'shapewise/data'
import { loadPublished } from '../../data/files/published.js'
import type { Picture } from '../report.js'

/** The photographs, textures and paintings, and the SHA-256 of their files. */
const published = {
  'astronaut.png': '88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5',
  'brick.png': '7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf',
  'camera.png': 'b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a',
  'chelsea.png': '596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb',
  'coffee.png': 'cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7',
  'coins.png': 'f8d773fc9cfa6f4d8e5942dc34d0a0788fcaed2a4fefbbed0aef5398d7ef4cba',
  'fish.png': '5dc87a520293463e60023ae4070e475c2712c8aba77ecf43432d3d946c6d1bcc',
  'grass.png': 'b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89',
  'gravel.png': 'c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12',
  'hubble_deep_field.jpg': '3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4',
  'kitten_224.png': 'e49fb5cd0c31b07984784e50a809825370d8adeac31c9f86ff396f64da635010',
  'retina.jpg': '38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6',
  'rocket.jpg': 'c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c',
  'style_great_wave.jpg': 'e58c782cb8f135f32bb9678468901aaace4f2f037286e9d914208de7108026e7',
  'style_shipwreck.jpg': '4f7cf34e3cd4a5daaf3f421f059ca9a01aaa2a3afd7243d6670c9c8bc001a213',
  'style_starry_night.jpg': '0592ab0f7b51b3ce72608a95e53880bd93971e5b48f93a0ce8dfd3cbccf3d098',
  'style_the_scream.jpg': 'f3075cddeb974a9ee1d6418f7f33fd05185a7ac7dcb4288bd2805d499a9dcaee',
} as const

export type PhotoName = keyof typeof published

/**
 * A photograph, texture or painting, as a batch of one, [1, height, width, 3] from 0 to 1.
 *
 * @throws if its file is not to be had; the message says where it was sought
 */
export async function photo(
  name: PhotoName,
  options: Omit<ImageOptions, 'channels'> = {},
): Promise<Tensor<[1, number, number, 3]>> {
  const set = {
    ...{ name: 'the sample photographs', folder: 'photos', licence: 'CC0, public domain or MIT' },
    paper: 'van der Walt et al., scikit-image: image processing in Python, 2014',
    origin:
      'They are in the folders of scikit-image, neural-style, fast-neural-style and Windows-Machine-Learning on GitHub.',
  }
  const { files } = await loadPublished(set, { photo: { name, sha256: [published[name]] } })
  const picture = await decodeImage(files.photo.bytes, { ...options, channels: 3, background: 255 }, name)
  return picture.toTensor().unsqueeze(0) as Tensor<[1, number, number, 3]>
}

/** A batch of one picture, [1, height, width, 1 or 3], for a gallery. Grey ones stay numbers, of which the gallery's scale says what they mean. */
export async function shown(caption: string, picture: Tensor): Promise<Picture> {
  const [, height, width, channels] = picture.shape as readonly number[]
  return { caption, width: width!, height: height!, channels: channels as 1 | 3, values: await picture.data() }
}

/** How bright pictures [batch, height, width, 3] are: [batch, height, width, 1]. */
export const brightness = (x: Tensor): Tensor => pictures.grey(x).slice('...', [0, 1]) as Tensor
