package app.stockroom.tenancy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import app.stockroom.Patience;
import app.stockroom.PrivateRedis;
import app.stockroom.TestServers;
import io.github.bucket4j.TimeMeter;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two processes, as far as limits go: each with its own connection to one Redis, which is
 * killed and frozen. Time stands still unless a test moves it.
 */
class RateLimitsTests {

	private static final int RATE = 10;

	/** So long that a loaded machine does not make a process judge alone. */
	private static final Duration PATIENT = Patience.LONG;

	private static final PrivateRedis REDIS = TestServers.privateRedis();

	private static final List<RedisClient> CLIENTS = new ArrayList<>();

	private static ClientResources resources;

	private final AtomicLong now = new AtomicLong(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));

	private RateLimits here;

	private RateLimits there;

	@BeforeAll
	static void connect() {
		resources = ClientResources.builder().reconnectDelay(Delay.constant(Duration.ofMillis(50))).build();
		for (int i = 0; i < 2; i++) {
			RedisClient client = RedisClient.create(resources);
			client.setOptions(ClientOptions.builder()
				.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
				.build());
			CLIENTS.add(client);
		}
	}

	@BeforeEach
	void start() {
		this.here = process(0, 0, PATIENT);
		this.there = process(1, 0, PATIENT);
	}

	@AfterAll
	static void stop() {
		CLIENTS.forEach(RedisClient::shutdown);
		resources.shutdown();
		REDIS.close();
	}

	@Test
	void aTenantMayMakeExactlyAsManyRequestsAsItsLimit() {
		TenantId tenant = tenant();
		for (int i = 1; i <= RATE; i++) {
			assertThat(admit(this.here, tenant, RATE)).isEqualTo(new Admission(true, RATE, RATE - i, 1));
		}
		assertThat(admit(this.here, tenant, RATE)).isEqualTo(new Admission(false, RATE, 0, 1));
		pass(Duration.ofMillis(99));
		assertThat(granted(this.here, tenant, RATE, 3)).isZero();
		pass(Duration.ofMillis(1));
		assertThat(granted(this.here, tenant, RATE, 3)).isEqualTo(1);
		pass(Duration.ofMinutes(1));
		assertThat(granted(this.here, tenant, RATE, 3 * RATE)).isEqualTo(RATE);
	}

	@Test
	void processesShareALimit() {
		TenantId tenant = tenant();
		for (int i = 0; i < RATE / 2; i++) {
			assertThat(admit(this.here, tenant, RATE).granted()).isTrue();
			assertThat(admit(this.there, tenant, RATE).granted()).isTrue();
		}
		assertThat(admit(this.here, tenant, RATE).granted()).isFalse();
		assertThat(admit(this.there, tenant, RATE).granted()).isFalse();
	}

	@Test
	void anAnswerThatIsThereBeforeItIsWaitedForIsNotAskedForAgain() {
		TenantId tenant = tenant();
		Mono<Admission> asked = this.here.admit(tenant, RATE);
		// Over the same connection, and so answered later.
		assertThat(admit(this.here, tenant(), RATE).granted()).isTrue();
		assertThat(asked.block().granted()).isTrue();
		assertThat(granted(this.there, tenant, RATE, RATE)).isEqualTo(RATE - 1);
	}

	@Test
	void underLoadNoMoreIsGrantedThanTheLimitAndLittleLess() {
		TenantId tenant = tenant();
		int rate = 2000;
		long granted = Flux.range(0, 4)
			.flatMap((thread) -> Flux.range(0, rate)
				.flatMap((_) -> ((thread % 2 == 0) ? this.here : this.there).admit(tenant, rate), 16)
				.subscribeOn(Schedulers.boundedElastic()))
			.filter(Admission::granted)
			.count()
			.block();
		int slice = rate / Allowance.SLICES_PER_SECOND;
		assertThat(granted).isBetween((long) rate - 3 * slice, (long) rate);
	}

	@Test
	void anotherTenantIsNotAffected() {
		TenantId tenant = tenant();
		TenantId other = tenant();
		assertThat(granted(this.here, tenant, RATE, 2 * RATE)).isEqualTo(RATE);
		assertThat(granted(this.here, other, RATE, 2 * RATE)).isEqualTo(RATE);
	}

	@Test
	void anotherLimitIsAnotherBucket() {
		TenantId tenant = tenant();
		assertThat(granted(this.here, tenant, RATE, 2 * RATE)).isEqualTo(RATE);
		assertThat(granted(this.here, tenant, RATE + 1, 2 * RATE)).isEqualTo(RATE + 1);
	}

	@Test
	void withoutALimitOfItsOwnATenantHasTheServicesWhichIsNone() {
		assertThat(this.here.rate(null)).isEqualTo(RateLimits.UNLIMITED);
		RateLimits limited = process(0, 3, PATIENT);
		assertThat(limited.rate(null)).isEqualTo(3);
		assertThat(limited.rate(RATE)).isEqualTo(RATE);
	}

	@Test
	void whileRedisIsKilledEachProcessLimitsByItselfAndThenTheyShareAgain() {
		assertThat(granted(this.here, tenant(), RATE, 1)).isEqualTo(1);
		assertThat(granted(this.there, tenant(), RATE, 1)).isEqualTo(1);
		REDIS.kill();
		TenantId tenant = tenant();
		assertThat(granted(this.here, tenant, RATE, 3 * RATE)).isEqualTo(RATE);
		assertThat(granted(this.there, tenant, RATE, 3 * RATE)).isEqualTo(RATE);
		assertThat(admit(this.here, tenant, RATE)).isEqualTo(new Admission(false, RATE, 0, 1));
		REDIS.start();
		awaitSharing(this.here, this.there);
	}

	@Test
	void nobodyWaitsForAFrozenRedisLongerThanTheTimeout() {
		RateLimits impatient = process(0, 0, Duration.ofMillis(50));
		RateLimits other = process(1, 0, Duration.ofMillis(50));
		awaitSharing(impatient, other);
		REDIS.pause();
		try {
			TenantId tenant = tenant();
			assertThat(granted(impatient, tenant, RATE, 1)).isEqualTo(1);
			for (int i = 1; i < 3 * RATE; i++) {
				boolean expected = i < RATE;
				assertThat(impatient.admit(tenant, RATE).toFuture()).as("who comes later does not begin to wait")
					.isCompletedWithValueMatching((admission) -> admission.granted() == expected);
			}
			assertThat(granted(other, tenant, RATE, 3 * RATE)).isEqualTo(RATE);
		}
		finally {
			REDIS.resume();
		}
		awaitSharing(impatient, other);
	}

	/** Asks with a fresh tenant each time, until both together grant one limit. */
	private void awaitSharing(RateLimits one, RateLimits two) {
		Awaitility.await().untilAsserted(() -> {
			TenantId tenant = tenant();
			assertThat(granted(one, tenant, RATE, RATE) + granted(two, tenant, RATE, RATE)).isEqualTo(RATE);
		});
	}

	private RateLimits process(int client, int requestsPerSecond, Duration timeout) {
		RedisURI uri = RedisURI.builder()
			.withHost(REDIS.address().host())
			.withPort(REDIS.address().port())
			.withPassword(REDIS.address().password().toCharArray())
			.build();
		return new RateLimits(CLIENTS.get(client), uri, new RateLimitSettings(requestsPerSecond, timeout),
				new SimpleMeterRegistry(), new StandingClock());
	}

	private static TenantId tenant() {
		return new TenantId(UUID.randomUUID());
	}

	private static Admission admit(RateLimits limits, TenantId tenant, int rate) {
		return limits.admit(tenant, rate).block();
	}

	private static long granted(RateLimits limits, TenantId tenant, int rate, int requests) {
		return Flux.range(0, requests)
			.concatMap((_) -> limits.admit(tenant, rate))
			.filter(Admission::granted)
			.count()
			.block();
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
	}

	private final class StandingClock implements TimeMeter {

		@Override
		public long currentTimeNanos() {
			return RateLimitsTests.this.now.get();
		}

		@Override
		public boolean isWallClockBased() {
			return true;
		}

	}

}
