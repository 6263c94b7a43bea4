import { imageRequest } from '../load/image-request';
import type { TorchPeer } from '../prepare/torch';
import type { Workbench } from '../workbench';
import type { Available, Contender } from './contender';

/** The names under which the report compares servers of images. */
export const IMAGE_NAMES = {
  server: 'container server, ResNet50',
  predict: 'predict (function), ResNet50',
  torch: "FastAPI + torchvision (Debian's)",
} as const;

/** The servers, each to be started with the photo, on the models of the folder. */
export async function imageContenders(
  bench: Workbench,
  { folder, photo }: { folder: string; photo: Buffer },
): Promise<Map<string, Available<Contender>>> {
  const product = await bench.product();
  const torch = await bench.torch();
  const variation = { env: { MODEL_REGISTRY: folder }, request: imageRequest('/predict', photo) };
  return new Map<string, Available<Contender>>([
    [IMAGE_NAMES.server, { value: product.server({ ...variation, name: IMAGE_NAMES.server }) }],
    [IMAGE_NAMES.predict, { value: product.predict({ ...variation, name: IMAGE_NAMES.predict }) }],
    [IMAGE_NAMES.torch, 'missing' in torch ? torch : { value: torchContender(torch.value, photo) }],
  ]);
}

/** One worker as one container has, and no access log. */
function torchContender({ folder, python }: TorchPeer, photo: Buffer): Contender {
  const uvicorn = ['-m', 'uvicorn', 'fastapi_torch:app', '--host', '127.0.0.1', '--port', '{port}'];
  return {
    name: IMAGE_NAMES.torch,
    command: [python, ...uvicorn, '--no-access-log', '--log-level', 'warning'],
    cwd: folder,
    env: {},
    request: imageRequest('/predict', photo),
  };
}
