// Shows openapi.json in Redoc.

/** What redoc.standalone.js leaves on the window. */
declare const Redoc: {
  init(url: string, options: Readonly<Record<string, unknown>>, element: HTMLElement | null): void;
};

Redoc.init(
  './openapi.json',
  {
    hideDownloadButton: false,
    nativeScrollbars: true,
    disableSearch: false,
    theme: {
      typography: { fontFamily: 'system-ui, sans-serif', headings: { fontFamily: 'system-ui, sans-serif' } },
    },
  },
  document.getElementById('page'),
);
