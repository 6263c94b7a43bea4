// Shows openapi.json in Swagger UI.

/** What swagger-ui-bundle.js leaves on the window; its package has no types of its own. */
declare const SwaggerUIBundle: (options: {
  readonly url: string;
  readonly dom_id: string;
  readonly deepLinking: boolean;
  readonly docExpansion: 'list' | 'full' | 'none';
  readonly defaultModelsExpandDepth: number;
  readonly displayRequestDuration: boolean;
  readonly tryItOutEnabled: boolean;
  readonly validatorUrl: null;
}) => void;

SwaggerUIBundle({
  url: './openapi.json',
  dom_id: '#page',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The default sends the address of the description to validator.swagger.io.
  validatorUrl: null,
});
