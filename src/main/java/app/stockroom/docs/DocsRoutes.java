package app.stockroom.docs;

import java.io.IOException;
import java.util.Properties;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.springframework.web.reactive.function.server.RequestPredicates.path;

/**
 * openapi.yaml, the page that shows it, and the files of Swagger UI that it needs.
 */
@Configuration(proxyBeanMethods = false)
class DocsRoutes {

	/** The resource handler does not know the media type of YAML. */
	private static final Resource DESCRIPTION = new ClassPathResource("static/openapi.yaml");

	private static final Resource PAGE = new ClassPathResource("static/docs/index.html");

	/** The webjar names its version here, and in the path of its files. */
	private static final Resource VERSION = new ClassPathResource(
			"META-INF/maven/org.webjars/swagger-ui/pom.properties");

	@Bean
	RouterFunction<ServerResponse> docsRouter() throws IOException {
		Properties webjar = PropertiesLoaderUtils.loadProperties(VERSION);
		Resource files = new ClassPathResource(
				"META-INF/resources/webjars/swagger-ui/" + webjar.getProperty("version") + "/");
		return RouterFunctions.route()
			.resource(path("/openapi.yaml"), DESCRIPTION,
					(_, headers) -> headers.setContentType(MediaType.APPLICATION_YAML))
			.resource(path("/docs").or(path("/docs/")), PAGE)
			.resources("/docs/swagger-ui/**", files)
			.build();
	}

}
