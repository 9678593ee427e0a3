package app.stockroom.reservations;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import app.stockroom.platform.Database;
import app.stockroom.platform.Outage;
import app.stockroom.platform.RepeatedTask;
import app.stockroom.tenancy.TenantId;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;

import static app.stockroom.platform.Columns.required;

/**
 * Sets free what was reserved too long, within a second of its time. Every process does
 * so; where several try at once the reservation's version lets one win.
 */
@Component
class ReservationExpiry {

	private static final Logger logger = LoggerFactory.getLogger(ReservationExpiry.class);

	private static final String DUE = "select tenant_id, id from due_reservations_1($1)";

	private static final Duration INTERVAL = Duration.ofMillis(500);

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	/** A part of a tenant's queue, so that a backlog leaves room for its clients. */
	private static final int PER_ROUND = 500;

	private static final int TENANTS_AT_ONCE = 8;

	private final Reservations reservations;

	private final ConnectionPool pool;

	/** Of single reservations, while the others go on. */
	private final Outage outage = new Outage(logger, "A reservation that is over cannot be ended");

	ReservationExpiry(Reservations reservations, Database database) {
		this.reservations = reservations;
		this.pool = database.pool("reservation-expiry", 1);
	}

	@Bean
	RepeatedTask endingReservations() {
		return new RepeatedTask("Reservations that are over are not ended", INTERVAL, this::expire);
	}

	/**
	 * Ends every reservation whose time is over.
	 * @return how many this process ended
	 */
	Mono<Long> expire() {
		// A round that ends none only met the work of others, or trouble: enough for now.
		return Mono.defer(this::expireSome).repeat().takeUntil((ended) -> ended == 0).reduce(0L, Long::sum);
	}

	private Mono<Long> expireSome() {
		AtomicInteger failures = new AtomicInteger();
		return due().flatMapIterable(Map::entrySet)
			.flatMap((tenant) -> expire(tenant.getKey(), tenant.getValue(), failures), TENANTS_AT_ONCE)
			.reduce(0L, Long::sum)
			.doOnSuccess((_) -> {
				if (failures.get() == 0) {
					this.outage.over();
				}
			});
	}

	private Mono<Long> expire(TenantId tenant, List<UUID> ids, AtomicInteger failures) {
		return this.reservations.due(tenant, ids)
			.flatMapMany(Flux::fromIterable)
			// Each for itself: one that cannot be ended does not keep others.
			.flatMap((reservation) -> Mono.defer(() -> this.reservations.expire(tenant, reservation))
				.onErrorResume((failure) -> failed(failure, failures, false)), PER_ROUND)
			.filter(Boolean::booleanValue)
			.count()
			.onErrorResume((failure) -> failed(failure, failures, 0L));
	}

	private <T> Mono<T> failed(Throwable failure, AtomicInteger failures, T instead) {
		failures.incrementAndGet();
		this.outage.failed(failure);
		return Mono.just(instead);
	}

	private Mono<Map<TenantId, List<UUID>>> due() {
		return Mono.usingWhen(this.pool.create(),
				(connection) -> Database.answerOf(connection, due(connection), TIMEOUT), Connection::close,
				(connection, _) -> Database.discard(connection), Database::discard);
	}

	private static Mono<Map<TenantId, List<UUID>>> due(Connection connection) {
		return Flux.from(connection.createStatement(DUE).bind("$1", PER_ROUND).execute())
			.concatMap((result) -> result.map(Due::of))
			.collect(Collectors.groupingBy(Due::tenant, Collectors.mapping(Due::id, Collectors.toList())));
	}

	/** A reservation whose time is over. */
	private record Due(TenantId tenant, UUID id) {

		static Due of(Readable row) {
			return new Due(new TenantId(required(row, "tenant_id", UUID.class)), required(row, "id", UUID.class));
		}
	}

}
