package app.stockroom.tenancy;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import app.stockroom.platform.Caches;
import app.stockroom.platform.Outage;
import com.github.benmanes.caffeine.cache.Cache;
import io.github.bucket4j.TimeMeter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Keeps tenants to their requests a second, over all processes together. The bucket that
 * counts is in Redis, but a process takes tokens from it in slices of a twentieth of a
 * second, ahead of need, so that a request costs a decrement and hardly ever waits. No
 * more tokens are spent than the bucket gave; a process that stands still may keep up to
 * a slice and a half from the others. Every request costs one token, whatever it carries.
 * <p>
 * Redis is never waited for longer than a small time-out. While it is away each process
 * keeps the limit by itself.
 */
@Component
class RateLimits {

	/** The rate where there is no limit. */
	static final int UNLIMITED = 0;

	private static final int REMEMBERED_TENANTS = 100_000;

	private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

	/** While Redis is away it is asked so often, by a request that does not wait. */
	private static final long ASK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

	private final SharedBuckets shared;

	private final RateLimitSettings settings;

	private final TimeMeter clock;

	private final Cache<TenantId, Allowance> allowances = Caches.builder()
		.maximumSize(REMEMBERED_TENANTS)
		.expireAfterAccess(FORGOTTEN_AFTER)
		.build();

	private final Outage outage = new Outage(LoggerFactory.getLogger(RateLimits.class),
			"Redis does not answer, and each process limits tenants by itself");

	private final AtomicLong askAgainAt = new AtomicLong();

	private final Counter refused;

	@Autowired
	RateLimits(RedisClient client, RedisURI uri, RateLimitSettings settings, MeterRegistry meters) {
		this(client, uri, settings, meters, TimeMeter.SYSTEM_MILLISECONDS);
	}

	RateLimits(RedisClient client, RedisURI uri, RateLimitSettings settings, MeterRegistry meters, TimeMeter clock) {
		this.shared = new SharedBuckets(client, uri, clock, settings.redisTimeout());
		this.settings = settings;
		this.clock = clock;
		this.refused = Counter.builder("stockroom.requests.rate.limited")
			.description("Requests that were refused because their tenant makes too many")
			.register(meters);
	}

	/**
	 * How many requests a second a tenant may make.
	 * @param own the tenant's own limit, or null for the service's
	 * @return the limit or {@link #UNLIMITED}
	 */
	int rate(@Nullable Integer own) {
		return Math.max(UNLIMITED, Objects.requireNonNullElse(own, this.settings.requestsPerSecond()));
	}

	/**
	 * Spends a token of the tenant.
	 * @param rate the tenant's limit in requests a second
	 */
	Mono<Admission> admit(TenantId tenant, int rate) {
		return decide(tenant, allowance(tenant, rate)).doOnNext(this::count);
	}

	private void count(Admission admission) {
		if (!admission.granted()) {
			this.refused.increment();
		}
	}

	private Allowance allowance(TenantId tenant, int rate) {
		Allowance known = this.allowances.getIfPresent(tenant);
		if (known != null && known.rate() == rate) {
			return known;
		}
		return Objects.requireNonNull(this.allowances.asMap()
			.compute(tenant, (_, now) -> (now != null && now.rate() == rate) ? now : new Allowance(rate, this.clock)));
	}

	private Mono<Admission> decide(TenantId tenant, Allowance allowance) {
		if (this.outage.isOn()) {
			askAgain(tenant, allowance);
			return Mono.just(allowance.decideAlone());
		}
		Admission known = allowance.decide();
		if (known != null) {
			if (allowance.isLow()) {
				ask(tenant, allowance);
			}
			return Mono.just(known);
		}
		Question asked = ask(tenant, allowance);
		// Who comes late to a slow answer does not begin to wait for it.
		return asked.isOlderThan(this.settings.redisTimeout().toNanos()) ? Mono.just(allowance.decideAlone())
				: decideAfter(asked, tenant, allowance).timeout(this.settings.redisTimeout(),
						Mono.fromSupplier(allowance::decideAlone));
	}

	private Mono<Admission> decideAfter(Question asked, TenantId tenant, Allowance allowance) {
		return Mono.fromFuture(asked.answered(), true)
			// The network's thread has others to serve.
			.publishOn(Schedulers.parallel())
			.then(Mono.defer(() -> {
				Admission known = this.outage.isOn() ? allowance.decideAlone() : allowance.decide();
				// Others were faster, and there may be more.
				return (known != null) ? Mono.just(known) : decideAfter(ask(tenant, allowance), tenant, allowance);
			}));
	}

	private void askAgain(TenantId tenant, Allowance allowance) {
		long now = System.nanoTime();
		long due = this.askAgainAt.get();
		if (now - due >= 0 && this.askAgainAt.compareAndSet(due, now + ASK_AGAIN_NANOS)) {
			ask(tenant, allowance);
		}
	}

	/** Asks Redis for tokens, unless it is being asked already. */
	private Question ask(TenantId tenant, Allowance allowance) {
		Question open = allowance.question().get();
		if (open != null && open.isOpen()) {
			return open;
		}
		Question next = Question.now();
		if (!allowance.question().compareAndSet(open, next)) {
			return Objects.requireNonNull(allowance.question().get());
		}
		this.shared.take(tenant, allowance.rate(), allowance.slice()).subscribe((taken) -> {
			allowance.received(taken);
			this.outage.over();
			next.answered().complete(null);
		}, (failure) -> {
			this.askAgainAt.set(System.nanoTime() + ASK_AGAIN_NANOS);
			this.outage.failed(failure);
			next.answered().complete(null);
		});
		return next;
	}

}
