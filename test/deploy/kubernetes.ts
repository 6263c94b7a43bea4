import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readYaml } from '../yaml';

/** The members of Kubernetes' resources that the tests look at. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export interface ConfigMap extends Manifest {
  readonly data: Readonly<Record<string, string>>;
}

export interface Container {
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
  readonly startupProbe: { readonly httpGet: { readonly path: string } };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
}

export interface Deployment extends Manifest {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly volumes: readonly {
          readonly name: string;
          readonly secret: { readonly secretName: string };
        }[];
      };
    };
  };
}

/** Where traffic may go: an address, or a pod by its labels. */
export type Destination =
  | { readonly address: string }
  | { readonly labels: Readonly<Record<string, string>> };

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

export interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly egress: readonly {
      readonly to: readonly Peer[];
      readonly ports: readonly { readonly port: number }[];
    }[];
  };
}

/** The resources of a kind in a file of deploy/kubernetes. */
export function readManifests<T extends Manifest>(file: string, kind: string): T[] {
  return readYaml<T>(`deploy/kubernetes/${file}`).filter((manifest) => manifest.kind === kind);
}

/** The one of a kind. */
export function readManifest<T extends Manifest>(file: string, kind: string): T {
  const [found] = readManifests<T>(file, kind);
  if (found === undefined) throw new Error(`${file} has no ${kind}`);
  return found;
}

/** Whether a policy lets its pods open a connection. */
export function allowsEgress({ spec }: NetworkPolicy, to: Destination, port: number): boolean {
  return spec.egress.some(
    (rule) => rule.ports.some((each) => each.port === port) && rule.to.some((peer) => matches(peer, to)),
  );
}

function matches({ ipBlock, podSelector }: Peer, to: Destination): boolean {
  if ('address' in to) {
    if (ipBlock === undefined) return false;
    return isWithin([ipBlock.cidr], to.address) && !isWithin(ipBlock.except ?? [], to.address);
  }
  if (podSelector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = podSelector;
  return (
    Object.entries(matchLabels).every(([key, value]) => to.labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(to.labels[key] ?? ''))
  );
}

function isWithin(cidrs: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/');
    list.addSubnet(network, Number(prefix));
  }
  return list.check(address);
}

/** A Secret in a folder, as the kubelet mounts it: each file is a link into a folder that is exchanged as a whole. */
export interface MountedSecret {
  readonly folder: string;
  update(files: Readonly<Record<string, string>>): void;
  remove(): void;
}

export function mountSecret(files: Readonly<Record<string, string>>): MountedSecret {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  let round = 0;
  function update(contents: Readonly<Record<string, string>>): void {
    const data = `..${++round}`;
    mkdirSync(join(folder, data));
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, data, name), text);
    symlinkSync(data, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  }
  update(files);
  for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(folder, name));
  return { folder, update, remove: () => rmSync(folder, { recursive: true }) };
}
