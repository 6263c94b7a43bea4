import { projectPath } from '../training/project-path';
import type { Options } from './options';
import { prepareDeployed } from './prepare/deployed';
import { prepareFastapi } from './prepare/fastapi';
import { type ModelBucket, openModelBucket } from './prepare/model-bucket';
import { findNode } from './prepare/node';
import { preparePlainInstall } from './prepare/plain-install';
import { prepareTorch, type TorchPeer } from './prepare/torch';
import { prepareWithout } from './prepare/without';
import type { Available, Contender } from './servers/contender';
import { fastapiContender, IRIS_MODEL, peerContenders, productContenders } from './servers/contenders';

/** What the parts of the benchmark measure with. Each thing is prepared when a part first asks for it. */
export interface Workbench {
  readonly options: Options;
  /** The Node binary that every server runs on. */
  readonly node: string;
  readonly deployedFolder: () => Promise<string>;
  readonly plainFolder: () => Promise<string>;
  readonly product: () => Promise<ReturnType<typeof productContenders>>;
  /** The same sources built without the optional parts. */
  readonly without: () => Promise<ReturnType<typeof productContenders>>;
  readonly peers: () => Promise<ReturnType<typeof peerContenders>>;
  readonly fastapi: () => Promise<Available<Contender>>;
  readonly pythonVersions: () => Promise<string>;
  /** The Python peer for images. */
  readonly torch: () => Promise<Available<TorchPeer>>;
  /** An emulated bucket, which holds the committed models under `iris`. */
  readonly bucket: () => Promise<Available<ModelBucket>>;
  close(): Promise<void>;
}

/** Sets up a workbench; only the Node binary is looked for at once. */
export async function openWorkbench(options: Options): Promise<Workbench> {
  const node = await findNode(options.node);
  const deployedFolder = once(() => prepareDeployed(node));
  const plainFolder = once(preparePlainInstall);
  const python = once(prepareFastapi);
  // As deploy.sh sets it; the build step has filled it.
  const asDeployed = (folder: string) =>
    productContenders(folder, node, { NODE_COMPILE_CACHE: `${folder}/.compile-cache` });
  let opened: Available<ModelBucket> | undefined;
  return {
    options,
    node,
    deployedFolder,
    plainFolder,
    product: async () => asDeployed(await deployedFolder()),
    without: once(async () => asDeployed(await prepareWithout(await deployedFolder(), node))),
    peers: async () => peerContenders(await plainFolder(), node, IRIS_MODEL),
    async fastapi() {
      const peer = await python();
      return 'missing' in peer ? peer : { value: fastapiContender(peer.value) };
    },
    async pythonVersions() {
      const peer = await python();
      return 'missing' in peer ? peer.missing : peer.value.versions;
    },
    torch: once(prepareTorch),
    bucket: once(async () => {
      opened = await openModelBucket();
      if ('value' in opened) await opened.value.add(projectPath('model-artifacts'), 'iris');
      return opened;
    }),
    async close() {
      if (opened !== undefined && 'value' in opened) await opened.value.stop();
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
