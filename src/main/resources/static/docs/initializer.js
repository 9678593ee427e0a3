// A file of its own, because the content security policy allows no inline script.
SwaggerUIBundle({
	url: "/openapi.yaml",
	dom_id: "#api",
	deepLinking: true,
	// The scope that an operation needs, and the limits of parameters.
	showExtensions: true,
	showCommonExtensions: true,
	// The public validator would have to reach this service.
	validatorUrl: null,
	presets: [SwaggerUIBundle.presets.apis],
});
