/**
 * Takes files that are dropped anywhere on the page or pasted into it, for as long as the page is there.
 *
 * @param zone gets the class `dropping` while a file is held over the page.
 * @param onFile called with the first of the files.
 */
export function takeFiles(zone: HTMLElement, onFile: (file: File) => void): void {
  document.addEventListener('dragover', (event) => {
    if (!holdsFiles(event.dataTransfer)) return;
    // Without this the browser leaves the page and opens the file.
    event.preventDefault();
    zone.classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) zone.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    zone.classList.remove('dropping');
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    offer(event.dataTransfer, onFile);
  });
  document.addEventListener('paste', (event) => {
    // Text goes on into the field it is pasted into.
    if (offer(event.clipboardData, onFile)) event.preventDefault();
  });
}

function holdsFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}

/** Hands over the first file, and says whether there is one. */
function offer(data: DataTransfer | null, onFile: (file: File) => void): boolean {
  const file = data?.files[0];
  if (file !== undefined) onFile(file);
  return file !== undefined;
}
