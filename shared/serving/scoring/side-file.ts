import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ObjectAddress, ObjectFiles } from '../../registry/object-files';

/** An object that is written beside another one, if there is anything to write. */
export interface SideFile {
  /** Resolves once there is room for more. @throws what made the writing fail */
  write(text: string): Promise<void>;
  /** Says whether there is an object now. */
  finish(): Promise<boolean>;
  /** Leaves no object behind; after `finish` it changes nothing. */
  abort(): Promise<void>;
}

/** Prepares to write an object; it is begun with the first text that is not empty. */
export function createSideFile(
  files: ObjectFiles,
  address: ObjectAddress,
  { contentType }: { readonly contentType: string },
): SideFile {
  let pipe: PassThrough | undefined;
  let written: Promise<unknown> | undefined;

  function open(): PassThrough {
    const opened = new PassThrough();
    // What failed is told by `written`.
    opened.on('error', () => {});
    written = files.write(address, opened, { contentType });
    written.catch((error: Error) => opened.destroy(error));
    return opened;
  }

  return {
    async write(text) {
      if (text === '') return;
      pipe ??= open();
      if (pipe.destroyed) await written;
      if (!pipe.write(text)) await once(pipe, 'drain');
    },
    async finish() {
      pipe?.end();
      await written;
      return pipe !== undefined;
    },
    async abort() {
      pipe?.destroy(new Error('the file beside this one was given up'));
      await written?.catch(() => {});
    },
  };
}
