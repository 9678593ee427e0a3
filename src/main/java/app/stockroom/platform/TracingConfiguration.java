package app.stockroom.platform;

import java.util.HashMap;
import java.util.Map;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SpanProcessor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Tracing, where it is switched on. Where to and how much say OpenTelemetry's own
 * settings: the environment variables {@code OTEL_*}, or {@code otel.*} as any property.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("stockroom.tracing.enabled")
class TracingConfiguration {

	/**
	 * Closes with the application, and sends before that what it still has.
	 * @param processors further receivers of spans
	 */
	@Bean
	OpenTelemetry openTelemetry(Environment environment, ObjectProvider<SpanProcessor> processors) {
		Map<String, String> settings = new HashMap<>();
		Binder.get(environment)
			.bind("otel", Bindable.mapOf(String.class, String.class))
			.ifBound((found) -> found.forEach((name, value) -> settings.put("otel." + name, value)));
		return AutoConfiguredOpenTelemetrySdk.builder()
			.addPropertiesSupplier(() -> settings)
			.addTracerProviderCustomizer((provider, _) -> {
				processors.forEach(provider::addSpanProcessor);
				return provider;
			})
			.disableShutdownHook()
			.build()
			.getOpenTelemetrySdk();
	}

	@Bean
	TraceFilter traceFilter(Traces traces) {
		return new TraceFilter(traces);
	}

}
