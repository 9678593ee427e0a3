package app.stockroom.replay;

import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Gets a client that may act for the right tenant: with the given token or else with a
 * development token, which embedded mode gives to everybody on the machine.
 */
class Admission {

	private static final int DAY_SECONDS = 24 * 60 * 60;

	private final StockroomClient anonymous;

	Admission(StockroomClient anonymous) {
		this.anonymous = anonymous;
	}

	/**
	 * The client to replay with.
	 * @param tenantName what the file's own tenant is called
	 */
	Mono<StockroomClient> admit(Options options, String tenantName) {
		if (options.token() != null) {
			return Mono.just(this.anonymous.with(options.token(), options.tenant()));
		}
		return Mono.justOrEmpty(options.tenant())
			.switchIfEmpty(Mono.defer(() -> ownTenant(tenantName)))
			.flatMap((tenant) -> client(new TokenRequest(tenant, null)));
	}

	/**
	 * Finds the tenant by its name or creates it. It is looked up again after the
	 * creation, and the oldest wins: a creation that was repeated because its answer got
	 * lost leaves an empty tenant behind, and never two half replays.
	 */
	private Mono<UUID> ownTenant(String name) {
		return client(new TokenRequest(null, "platform:admin")).flatMap((admin) -> find(admin, name)
			.switchIfEmpty(Mono.defer(() -> create(admin, name).then(find(admin, name)))));
	}

	private Mono<UUID> find(StockroomClient admin, String name) {
		return admin.list("/api/tenants", Tenant.class)
			.filter((tenant) -> tenant.name().equals(name))
			.map(Tenant::id)
			// By text, as UUIDv7 sorts by time: UUID.compareTo takes its halves as
			// signed.
			.reduce((one, other) -> (one.toString().compareTo(other.toString()) < 0) ? one : other);
	}

	private Mono<Void> create(StockroomClient admin, String name) {
		return admin.post("/api/tenants", new NewTenant(name)).doOnNext(admin::accepted).then();
	}

	private Mono<StockroomClient> client(TokenRequest request) {
		return this.anonymous.post("/api/auth/dev-token", request).map((answer) -> {
			if (answer.status() == 404) {
				throw new ReplayFailure("this service gives no development tokens: pass one with --token");
			}
			return this.anonymous.with(this.anonymous.read(answer, Token.class).value(), request.tenantId());
		});
	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record TokenRequest(@Nullable UUID tenantId, @Nullable String scope, String subject, int ttlSeconds) {

		TokenRequest(@Nullable UUID tenantId, @Nullable String scope) {
			this(tenantId, scope, "replay", DAY_SECONDS);
		}

	}

	record Token(@JsonProperty("access_token") String value) {
	}

	record NewTenant(String name) {
	}

	record Tenant(UUID id, String name) {
	}

}
