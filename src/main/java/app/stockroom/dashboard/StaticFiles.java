package app.stockroom.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

import org.springframework.boot.autoconfigure.web.WebProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.util.DigestUtils;
import org.springframework.web.reactive.config.ResourceHandlerRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.springframework.web.reactive.function.server.RequestPredicates.path;

/**
 * Serves the files by what is in them: a browser asks each time whether its own is still
 * the one, and after an update never mixes old and new modules. Times would not do: those
 * in the jar are the same in every build.
 */
@Configuration(proxyBeanMethods = false)
class StaticFiles implements WebFluxConfigurer {

	private static final String FILES = "classpath:/static/**";

	private final String[] locations;

	/** Read at start, because a request must not wait for a disk. */
	private final Map<String, String> tags = new HashMap<>();

	StaticFiles(WebProperties web) throws IOException {
		this.locations = web.getResources().getStaticLocations();
		for (Resource file : new PathMatchingResourcePatternResolver().getResources(FILES)) {
			if (file.isReadable()) {
				this.tags.put(name(file), "\"" + DigestUtils.md5DigestAsHex(file.getContentAsByteArray()) + "\"");
			}
		}
	}

	@Override
	public void addResourceHandlers(ResourceHandlerRegistry registry) {
		registry.addResourceHandler("/**")
			.addResourceLocations(this.locations)
			.setCacheControl(CacheControl.noCache())
			.setUseLastModified(false)
			.setEtagGenerator(this::tag);
	}

	/** Boot's own welcome page does not answer HEAD, with which monitors ask. */
	@Bean
	RouterFunction<ServerResponse> home() {
		return RouterFunctions.route().resource(path("/"), new ClassPathResource("static/index.html")).build();
	}

	private String tag(Resource file) {
		String tag = this.tags.get(name(file));
		return (tag != null) ? tag : "W/\"" + modified(file) + "\"";
	}

	/**
	 * What lies elsewhere, such as the sources of somebody who works on the page, may
	 * change at any time.
	 */
	private static long modified(Resource file) {
		try {
			return file.lastModified();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String name(Resource file) {
		try {
			return file.getURL().toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
