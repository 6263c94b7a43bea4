import type { Page } from 'playwright-core';

/** Drops an image file, `scan.png`, on a page: on its heading, to be anywhere. */
export function dropFile(page: Page, bytes: Buffer): Promise<void> {
  return page.evaluate(`{
    ${transferOf(bytes)}
    const zone = document.querySelector('h1');
    for (const type of ['dragover', 'drop']) {
      zone.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }`);
}

/** Pastes an image file, `scan.png`, into a page. */
export function pasteFile(page: Page, bytes: Buffer): Promise<void> {
  return page.evaluate(`{
    ${transferOf(bytes)}
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true }));
  }`);
}

/** A script that makes `transfer` of one file, as a drop or a paste brings it. */
function transferOf(bytes: Buffer): string {
  return `
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (character) => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'scan.png', { type: 'image/png' }));
  `;
}
