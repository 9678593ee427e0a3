package app.stockroom.platform;

import tools.jackson.core.util.JsonRecyclerPools;

import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class JsonConfiguration {

	/**
	 * Spring's encoder takes a buffer out of Jackson's shared pool for each body and
	 * never puts it back: half of what a response allocated. Event loops are few and
	 * stay, so each keeps its own.
	 */
	@Bean
	JsonFactoryBuilderCustomizer recycledBuffers() {
		return (factory) -> factory.recyclerPool(JsonRecyclerPools.threadLocalPool());
	}

}
