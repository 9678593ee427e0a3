package app.stockroom.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.http.codec.HttpMessageWriter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImportsTests {

	private final Imports imports = new Imports();

	private final UUID tenant = UUID.randomUUID();

	private final List<Disposable> running = new ArrayList<>();

	@Test
	void aTenantHasAFewAtOnceAndOneMoreIsRefused() {
		begin(this.tenant, Limits.TENANT_IMPORTS);
		requireRefusal(this.tenant, Limits.TENANT_IMPORTS);
		this.running.getFirst().dispose();
		begin(this.tenant, 1);
		requireRefusal(this.tenant, Limits.TENANT_IMPORTS);
	}

	@Test
	void aProcessHasAFewOfAllTenantsAndOneMoreIsRefused() {
		for (int i = 0; i < Limits.IMPORTS; i++) {
			begin(UUID.randomUUID(), 1);
		}
		requireRefusal(this.tenant, Limits.IMPORTS);
		this.running.getFirst().dispose();
		begin(this.tenant, 1);
		requireRefusal(this.tenant, Limits.IMPORTS);
	}

	@Test
	void thePlaceIsKeptUntilTheReportIsWritten() {
		Sinks.Empty<Void> written = Sinks.empty();
		List<ServerResponse> answers = new ArrayList<>();
		for (int i = 0; i < Limits.TENANT_IMPORTS; i++) {
			answers.add(this.imports.admit(this.tenant, () -> ServerResponse.ok().build((_, _) -> written.asMono()))
				.block());
		}
		requireRefusal(this.tenant, Limits.TENANT_IMPORTS);
		answers.forEach((answer) -> answer.writeTo(exchange(), new Strategies()).subscribe());
		requireRefusal(this.tenant, Limits.TENANT_IMPORTS);
		written.tryEmitEmpty();
		begin(this.tenant, Limits.TENANT_IMPORTS);
	}

	@Test
	void aFileThatIsRefusedGivesItsPlaceBack() {
		for (int i = 0; i <= Limits.IMPORTS; i++) {
			assertThatThrownBy(() -> this.imports.admit(this.tenant, () -> {
				throw Problem.INVALID_REQUEST.because("No file.");
			}).block()).isInstanceOf(Refusal.class).hasMessage("No file.");
		}
	}

	private void begin(UUID one, int count) {
		for (int i = 0; i < count; i++) {
			this.running.add(this.imports.admit(one, Mono::never).subscribe());
		}
	}

	private void requireRefusal(UUID one, int most) {
		assertThatThrownBy(() -> this.imports.admit(one, Mono::never).block()).isInstanceOfSatisfying(Refusal.class,
				(refusal) -> {
					assertThat(refusal.problem()).isEqualTo(Problem.UNAVAILABLE);
					assertThat(refusal.members()).containsEntry("imports", most);
				});
	}

	private static MockServerWebExchange exchange() {
		return MockServerWebExchange.from(MockServerHttpRequest.post("/"));
	}

	private static final class Strategies implements ServerResponse.Context {

		@Override
		public List<HttpMessageWriter<?>> messageWriters() {
			return HandlerStrategies.withDefaults().messageWriters();
		}

		@Override
		public List<ViewResolver> viewResolvers() {
			return List.of();
		}

	}

}
