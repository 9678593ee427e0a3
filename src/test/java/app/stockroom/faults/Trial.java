package app.stockroom.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import app.stockroom.Invariants;
import app.stockroom.Patience;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One fault test: load, faults, healing, and the judgement. The clients, their choices
 * and the times of the faults follow from the seed; what the processes make of it does
 * not, so that a seed repeats a run as far as threads and networks allow.
 */
final class Trial {

	private static final Duration WARM_UP = Duration.ofSeconds(9);

	/** The rate is to be back by then, see issue 6. */
	private static final Duration RECOVERY = Duration.ofSeconds(30);

	private static final List<String> FEEDS = List.of("/api/stock-movements", "/api/inventory", "/api/alerts");

	private final Plant plant;

	private final String title;

	private final long seed;

	private final Random random;

	private final List<String> injected = new ArrayList<>();

	private final List<String> violations = new ArrayList<>();

	private final List<Shop> shops = new ArrayList<>();

	private final List<Client> clients = new ArrayList<>();

	private final List<Subscriber> subscribers = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final long begun = System.nanoTime();

	private int tenants = 3;

	private int clientsPerTenant = 6;

	private int readersPerFeed = 2;

	private Client.Habits habits = Client.Habits.STEADY;

	private boolean resetsAllowed;

	private Duration longestWarmUp = Duration.ofSeconds(25);

	private boolean rateIsJudged = true;

	private Trial(Plant plant, String title, long seed) {
		this.plant = plant;
		this.title = title;
		this.seed = seed;
		this.random = new Random(seed);
	}

	static Trial of(Plant plant, String title) {
		long seed = Long.getLong("stockroom.faults.seed", System.nanoTime());
		System.out.printf("faults: %s, -Dstockroom.faults.seed=%d%n", title, seed);
		return new Trial(plant, title, seed);
	}

	Trial tenants(int count) {
		this.tenants = count;
		return this;
	}

	Trial clientsPerTenant(int count) {
		this.clientsPerTenant = count;
		return this;
	}

	Trial readersPerFeed(int count) {
		this.readersPerFeed = count;
		return this;
	}

	Trial habits(Client.Habits other) {
		this.habits = other;
		return this;
	}

	/**
	 * Begins before clients are as fast as they get: the mark is lower then. It runs in
	 * every build, on machines that are not as fast in one minute as in another: clients
	 * are to be served again, at whatever rate.
	 */
	Trial hastily() {
		this.longestWarmUp = WARM_UP;
		this.rateIsJudged = false;
		return this;
	}

	/** Feeds may be told to start again: the history that they knew is gone. */
	Trial allowingResets() {
		this.resetsAllowed = true;
		return this;
	}

	Plant plant() {
		return this.plant;
	}

	Random random() {
		return this.random;
	}

	List<Shop> shops() {
		return this.shops;
	}

	List<Subscriber> subscribers() {
		return this.subscribers;
	}

	/** Writes down a fault that was injected just now. */
	void injected(String fault) {
		this.injected.add(fault);
		System.out.printf("faults: %7.2f s %s%n", (System.nanoTime() - this.begun) / 1e9, fault);
	}

	/** How often a client was told 503, which it may try again after. */
	long refusals() {
		return operations().mapToLong(Operation::refusals).sum();
	}

	/** How often a client waited and was not told what became of its change. */
	long unserved() {
		return operations().mapToLong(Operation::unservedTimes).sum();
	}

	/** Writes down what should not have been seen. */
	void violation(String what) {
		this.violations.add(what);
	}

	/** Waits a moment of the schedule. */
	void pause(int minimum, int maximum) throws InterruptedException {
		Thread.sleep(minimum + this.random.nextInt(maximum - minimum + 1));
	}

	/** Waits so long, and counts what clients have been answered meanwhile. */
	long answersWithin(Duration time) throws InterruptedException {
		long from = System.nanoTime();
		Thread.sleep(time);
		return Recovery.answered(operations(), from, System.nanoTime());
	}

	/** Clients are to have been about as fast since then as before. */
	void wellSince(long from, String who) {
		Recovery recovery = new Recovery(from, from);
		if (!recovery.wasWell(operations())) {
			violation("%s were slower than 80 %% of before: %s".formatted(who, recovery.rates(operations())));
		}
	}

	/** Plays the faults under load, and fails with every violation. */
	void play(Faults faults) throws Exception {
		String recovery = "not judged";
		for (int i = 0; i < this.tenants; i++) {
			this.shops.add(Shop.open(this.plant, 3, 150));
		}
		try {
			startLoad();
			warmUp();
			long struck = System.nanoTime();
			faults.strike(this);
			long healed = System.nanoTime();
			recovery = awaitRecovery(struck, healed).describe(operations());
			stopClients();
			judge();
			this.subscribers.forEach(Subscriber::close);
			this.plant.hangUp();
			this.violations.addAll(Leftovers.of(this.plant));
			if (!this.violations.isEmpty()) {
				throw new AssertionError("%d violations with seed %d, faults %s: %s".formatted(this.violations.size(),
						this.seed, this.injected, this.violations.stream().limit(20).toList()));
			}
		}
		catch (Exception ex) {
			violation("it did not come to its end: " + ex);
			throw ex;
		}
		finally {
			this.violations.stream().limit(20).forEach((what) -> System.out.println("faults: violation: " + what));
			Report.add(new Report.Line(this.title, this.seed, operations().count(), this.injected.size(),
					operations().mapToLong(Operation::unknown).sum(), recovery, this.violations.size()));
			this.clients.forEach(Client::abandon);
			this.subscribers.forEach(Subscriber::close);
			this.plant.mend();
		}
	}

	private void startLoad() {
		for (Shop shop : this.shops) {
			for (String feed : FEEDS) {
				for (int i = 0; i < this.readersPerFeed; i++) {
					this.subscribers
						.add(Subscriber.start(shop, feed, feed.equals("/api/stock-movements") ? shop.begin() : ""));
				}
			}
		}
		Awaitility.await().atMost(Patience.LONG).until(() -> this.subscribers.stream().allMatch(Subscriber::live));
		startClients();
	}

	private void warmUp() throws InterruptedException {
		long end = System.nanoTime() + this.longestWarmUp.toNanos();
		Thread.sleep(WARM_UP);
		while (Recovery.isWarmingUp(operations()) && System.nanoTime() < end) {
			Thread.sleep(1000);
		}
	}

	/** New clients in every shop. */
	void startClients() {
		for (Shop shop : this.shops) {
			for (int i = 0; i < this.clientsPerTenant; i++) {
				Client client = new Client(shop, this.random.nextLong(), this.habits);
				this.clients.add(client);
				this.threads.add(Thread.startVirtualThread(client));
			}
		}
	}

	private Recovery awaitRecovery(long struck, long healed) throws InterruptedException {
		Recovery recovery = new Recovery(struck, healed);
		long end = healed + RECOVERY.plus(Recovery.WINDOW).toNanos();
		while (!recovery.isBack(operations()) && System.nanoTime() < end) {
			Thread.sleep(250);
		}
		long now = System.nanoTime();
		boolean served = Recovery.answered(operations(), now - Recovery.WINDOW.toNanos(), now) > 0;
		if (!recovery.isBack(operations()) && (this.rateIsJudged || !served)) {
			violation("the rate is not back after %s: %s".formatted(RECOVERY, recovery.describe(operations())));
		}
		return recovery;
	}

	/** All clients end, when they know what became of their changes. */
	void stopClients() throws InterruptedException {
		this.clients.forEach(Client::finish);
		for (Thread thread : this.threads) {
			if (!thread.join(Duration.ofSeconds(60))) {
				violation("I6 a client does not learn what became of its change, a minute after all is well");
				this.clients.forEach(Client::abandon);
			}
		}
		this.clients.clear();
		this.threads.clear();
	}

	/** All feeds get to where the ledgers stand, while nobody writes. */
	void awaitFeeds() throws SQLException {
		try (Connection owner = this.plant.owner()) {
			for (Shop shop : this.shops) {
				awaitFeeds(shop, Books.of(owner, shop.tenant()).head());
			}
		}
	}

	private void judge() throws Exception {
		try (Connection owner = this.plant.owner()) {
			for (Shop shop : this.shops) {
				Books books = Books.of(owner, shop.tenant());
				awaitFeeds(shop, books.head());
				this.violations.addAll(Checker.violations(shop, books));
				this.subscribers.stream()
					.filter((reader) -> reader.shop().equals(shop))
					.forEach((reader) -> this.violations
						.addAll(FeedChecker.violations(reader, books, this.resetsAllowed)));
			}
		}
		this.violations.addAll(Invariants.violations(this.plant.services().getFirst().environment()));
	}

	private void awaitFeeds(Shop shop, long head) {
		try {
			Awaitility.await()
				.atMost(Patience.LONG)
				.until(() -> this.subscribers.stream()
					.filter((reader) -> reader.shop().equals(shop))
					.allMatch((reader) -> reader.sequence() >= head));
		}
		catch (ConditionTimeoutException ex) {
			violation("I9 feeds that do not get to %d: %s".formatted(head,
					this.subscribers.stream()
						.filter((reader) -> reader.shop().equals(shop) && reader.sequence() < head)
						.map((reader) -> reader.path() + " at " + reader.position())
						.toList()));
		}
	}

	private Stream<Operation> operations() {
		return this.shops.stream().flatMap((shop) -> shop.operations().stream());
	}

	/** What is broken, and mended again, while clients work. */
	@FunctionalInterface
	interface Faults {

		void strike(Trial trial) throws Exception;

	}

}
