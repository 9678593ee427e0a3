package app.stockroom.imports;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * Lets in as many imports at once as there may be, from the first byte of the file to the
 * last of the report: each keeps a file in memory and work in its tenant's lane.
 */
@Component
public class Imports {

	private final AtomicInteger all = new AtomicInteger();

	private final Map<UUID, Integer> ofTenant = new ConcurrentHashMap<>();

	/**
	 * The answer of an import, or {@code unavailable} at once if it is one too many.
	 */
	public Mono<ServerResponse> admit(UUID tenant, Supplier<Mono<ServerResponse>> answer) {
		return Mono.defer(() -> {
			Admission admission = enter(tenant);
			return Mono.defer(answer)
				.<ServerResponse>map((response) -> new Admitted(response, admission))
				.doOnError((_) -> admission.leave())
				.doOnCancel(admission::leave);
		});
	}

	private Admission enter(UUID tenant) {
		this.ofTenant.compute(tenant, (_, imports) -> {
			int before = (imports != null) ? imports : 0;
			if (before >= Limits.TENANT_IMPORTS) {
				throw full(Limits.TENANT_IMPORTS);
			}
			if (this.all.incrementAndGet() > Limits.IMPORTS) {
				this.all.decrementAndGet();
				throw full(Limits.IMPORTS);
			}
			return before + 1;
		});
		return new Admission(tenant);
	}

	private static RuntimeException full(int most) {
		return Problem.UNAVAILABLE.because("As many imports are under way as there may be. Try again.")
			.with("imports", most);
	}

	/** A place that is given back once, however the import ends. */
	private final class Admission {

		private final UUID tenant;

		private final AtomicBoolean left = new AtomicBoolean();

		Admission(UUID tenant) {
			this.tenant = tenant;
		}

		void leave() {
			if (this.left.compareAndSet(false, true)) {
				Imports.this.all.decrementAndGet();
				Imports.this.ofTenant.computeIfPresent(this.tenant, (_, imports) -> (imports > 1) ? imports - 1 : null);
			}
		}

	}

	/** An answer whose writing is the work. */
	private record Admitted(ServerResponse response, Admission admission) implements ServerResponse {

		@Override
		public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
			return this.response.writeTo(exchange, context).doFinally((_) -> this.admission.leave());
		}

		@Override
		public HttpStatusCode statusCode() {
			return this.response.statusCode();
		}

		@Override
		public HttpHeaders headers() {
			return this.response.headers();
		}

		@Override
		public MultiValueMap<String, ResponseCookie> cookies() {
			return this.response.cookies();
		}

	}

}
