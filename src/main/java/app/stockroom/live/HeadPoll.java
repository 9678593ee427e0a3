package app.stockroom.live;

import java.util.Map;
import java.util.Set;

import app.stockroom.ledger.Position;
import app.stockroom.tenancy.TenantId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Compares the heads of all tenants that somebody listens to, once a second and in one
 * query. It finds what nobody announced because the publisher was killed after its
 * commit, carries the feeds while Redis is away, and sees when a tenant is deleted.
 */
@Component
class HeadPoll implements SmartLifecycle {

	private static final Logger log = LoggerFactory.getLogger(HeadPoll.class);

	private final Feeds feeds;

	private final Heads heads;

	private final CommitChannels channels;

	private @Nullable Disposable polling;

	HeadPoll(Feeds feeds, Heads heads, CommitChannels channels) {
		this.feeds = feeds;
		this.heads = heads;
		this.channels = channels;
	}

	@Override
	public void start() {
		// The next comparison waits for this one: a slow database gets fewer, not more.
		this.polling = Mono.defer(this::compare).delaySubscription(FeedLimits.POLL).repeat().subscribe();
	}

	@Override
	public void stop() {
		Disposable running = this.polling;
		if (running != null) {
			running.dispose();
		}
		this.polling = null;
	}

	@Override
	public boolean isRunning() {
		return this.polling != null;
	}

	private Mono<Map<TenantId, Position>> compare() {
		this.channels.reconcile();
		Set<TenantId> tenants = this.feeds.tenants();
		if (tenants.isEmpty()) {
			return Mono.empty();
		}
		return this.heads.of(tenants)
			.timeout(FeedLimits.QUERY)
			.doOnNext((positions) -> tenants.forEach((tenant) -> compare(tenant, positions.get(tenant))))
			.doOnError((error) -> log.warn("The heads of {} ledgers could not be read: {}", tenants.size(),
					error.toString()))
			.onErrorComplete();
	}

	private void compare(TenantId tenant, @Nullable Position position) {
		if (position != null) {
			this.feeds.seen(tenant, position);
		}
		else {
			this.feeds.gone(tenant);
		}
	}

}
